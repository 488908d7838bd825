using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>The code that Go calls as the vDSO's <c>clock_gettime</c> on arm64 must leave the register x28 alone.</summary>
/// <remarks>
/// Without cgo, Go keeps its current goroutine in x28. Its signal handlers take the goroutine from there, unless the signal interrupted the page in
/// which <c>clock_gettime</c> begins. The library's code, and the vDSO's that it calls, lie in other pages. To save and restore x28 does not help:
/// the signal may come in between.
/// </remarks>
public class Arm64GoroutineTests
{
    private const string HostRead = "libvirttime_VirtTime_Config_HostClock__Read";

    // The only indirect calls: they lead to the vDSO, or to HostRead if there is none.
    private static readonly string[] s_callers =
    [
        "libvirttime_VirtTime_Config_VirtualClock__Read", "libvirttime_VirtTime_Interpose_Clocks_ClockReads__ReadMonotonic",
        "libvirttime_VirtTime_Interpose_Clocks_ClockReads__ReadVirtualRealtime",
    ];

    // Both paths of a read, with all that can follow if a writer is at work, or has died.
    [Fact(Timeout = Limits.Test)]
    public async Task Reading_a_clock_does_not_use_the_register()
    {
        Dictionary<string, Arm64Instruction[]> code = await Arm64Code.OfLibraryAsync();
        string[] reached = Reached(code, [.. Replacements(code), HostRead]);
        Assert.Contains("libvirttime_VirtTime_Config_LockedConfig__CompleteChange", reached);
        Assert.Contains("libvirttime_VirtTime_Format_ClockLine__ToVirtual", reached);
        Assert.Contains("virttime_system_call", reached);
        Assert.DoesNotContain(reached, name => code[name].Any(instruction => instruction.NamesX28));

        // Of libc's functions only this one, which only computes an address.
        Assert.DoesNotContain(reached, name => name.EndsWith("@plt", StringComparison.Ordinal) && name != "__errno_location@plt");
        string[] indirect = [.. reached.Where(name => code[name].Any(instruction => instruction.IsIndirect))];
        Assert.Empty(indirect.Except([.. s_callers, "__errno_location@plt"]));
    }

    // Other functions of the library do use the register, so the test above could fail.
    [Fact(Timeout = Limits.Test)]
    public async Task Looking_up_a_symbol_uses_the_register()
    {
        Dictionary<string, Arm64Instruction[]> code = await Arm64Code.OfLibraryAsync();
        string[] reached = Reached(code, "libvirttime_VirtTime_RealFunctions_Real__ResolveAll");
        Assert.Contains(reached, name => code[name].Any(instruction => instruction.NamesX28));
    }

    // Kernel images that scripts/test.sh --kernels has fetched.
    [Theory(Timeout = Limits.Test)]
    [InlineData("arm64-bookworm")]
    [InlineData("arm64-sid")]
    [InlineData("arm64-sid-arm64-16k")]
    public async Task Kernels_vdso_does_not_use_the_register_to_read_a_clock(string kernel)
    {
        string image = Path.Combine(Paths.Root, "artifacts", "kernels", kernel, "vmlinuz");
        Assert.SkipUnless(File.Exists(image), "scripts/test.sh --kernels has not been run");
        using TemporaryDirectory directory = new();
        string vdso = directory.File("vdso.so");
        CancellationToken end = TestContext.Current.CancellationToken;
        await File.WriteAllBytesAsync(vdso, Vdso(await File.ReadAllBytesAsync(image, end)), end);
        Dictionary<string, Arm64Instruction[]> code = await Arm64Code.OfFileAsync(vdso);
        string start = Assert.Single(code.Keys, name => name.StartsWith("__kernel_clock_gettime", StringComparison.Ordinal));
        string[] reached = Reached(code, start);
        Assert.DoesNotContain(reached, name => code[name].Any(instruction => instruction.NamesX28 || instruction.IsIndirect));
    }

    // The functions whose addresses the copy of the vDSO gets. Go calls only clock_gettime on arm64, so those for gettimeofday and time are left out.
    private static IEnumerable<string> Replacements(Dictionary<string, Arm64Instruction[]> code)
    {
        Dictionary<long, string> starts = code.Where(function => function.Value.Length > 0)
            .ToDictionary(function => function.Value[0].Address, function => function.Key);
        Arm64Instruction[] body = code["libvirttime_VirtTime_Interpose_Lookup_VdsoFunctions__Replacement"];
        for (int i = 0; i + 1 < body.Length; i++)
        {
            // adrp x0, PAGE <symbol>; add x0, x0, #OFFSET
            if (body[i].Name == "adrp" && body[i + 1] is { Name: "add" } next && starts.TryGetValue(body[i].Target + next.Immediate, out string? name)
                && !name.Contains("WallClockReads", StringComparison.Ordinal))
                yield return name;
        }
    }

    /// <summary>The functions that are reached by jumps and calls to fixed addresses.</summary>
    private static string[] Reached(Dictionary<string, Arm64Instruction[]> code, params string[] starts)
    {
        Dictionary<long, string> owners = code.SelectMany(function => function.Value.Select(instruction => (instruction.Address, function.Key)))
            .ToDictionary(pair => pair.Address, pair => pair.Key);
        HashSet<string> reached = [];
        Stack<string> left = new(starts);
        while (left.TryPop(out string? name))
        {
            // The copy exists only after the library has been made ready.
            if (name.EndsWith("_Startup__Run", StringComparison.Ordinal) || !reached.Add(name))
                continue;

            foreach (Arm64Instruction instruction in code[name].Where(instruction => instruction.IsDirect))
                left.Push(owners[instruction.Target]);
        }

        return [.. reached.Order()];
    }

    // The kernel contains the vDSO as an ELF file, a shared library (3) for arm64 (183).
    private static byte[] Vdso(byte[] kernel)
    {
        for (int start = 0; ;)
        {
            int found = kernel.AsSpan(start).IndexOf("\u007fELF\u0002\u0001\u0001"u8);
            Assert.True(found >= 0, "the kernel contains no vDSO");
            start += found;
            ReadOnlySpan<byte> file = kernel.AsSpan(start);
            if (file[16] == 3 && file[18] == 183)
            {
                int length = (int)BitConverter.ToInt64(file[40..]) + (BitConverter.ToUInt16(file[60..]) * BitConverter.ToUInt16(file[58..]));
                if (file[..length].IndexOf("__kernel_clock_gettime"u8) >= 0)
                    return file[..length].ToArray();
            }

            start++;
        }
    }
}
