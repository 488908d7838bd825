using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>The library's machine code for arm64, read from its disassembly.</summary>
/// <remarks>
/// An arm64 processor reorders loads and stores that an x86-64 processor keeps in order. An emulator does not reorder them and has other timings, so
/// the test counts and follows instructions instead of running them.
/// </remarks>
public class Arm64CodeTests
{
    // The exact count, as in HotPathTests. If a change needs another count, set it here and give the reason.
    private const int Monotonic = 57;

    [Fact(Timeout = Limits.Test)]
    public async Task Reading_the_monotonic_clock_takes_as_many_instructions_as_noted() =>
        Assert.Equal(Monotonic, Walk(await Arm64Code.OfLibraryAsync(), "clock_gettime").Count);

    // In this order: config file, sequence, seconds, nanoseconds; address of the vDSO's function and the call to it; sequence, seconds and
    // nanoseconds again; stores into the caller's memory.
    [Fact(Timeout = Limits.Test)]
    public async Task Reading_the_monotonic_clock_looks_at_the_offset_in_order_around_the_hosts_clock() => Assert.Equal(
        "ldar ldar ldar ldar ldr call ldar ldar ldar str str",
        string.Join(' ', Walk(await Arm64Code.OfLibraryAsync(), "clock_gettime").Select(Effect).Where(effect => effect != "")));

    [Fact(Timeout = Limits.Test)]
    public async Task Deadline_is_visible_before_the_offset_is_looked_at_again()
    {
        Dictionary<string, Arm64Instruction[]> code = await Arm64Code.OfLibraryAsync();
        Assert.Equal(["stlr", "stlr", "dmb"], Ordering(code, "InFlightCall__Publish"));
        Assert.Equal(["ldar", "ldar", "ldar"], Ordering(code, "OffsetSnapshot__IsCurrent"));
    }

    private static string[] Ordering(Dictionary<string, Arm64Instruction[]> code, string name) =>
        [.. code.Single(function => function.Key.EndsWith(name, StringComparison.Ordinal)).Value
            .Select(instruction => instruction.Name).Where(name => name is "ldar" or "stlr" or "dmb" or "isb")];

    /// <summary>The path of an undisturbed read: no conditional jump is taken, and the vDSO's function is called.</summary>
    private static List<Arm64Instruction> Walk(Dictionary<string, Arm64Instruction[]> code, string start)
    {
        Dictionary<long, Arm64Instruction> all = code.Values.SelectMany(function => function).ToDictionary(instruction => instruction.Address);
        List<Arm64Instruction> way = [];
        for (long address = code[start][0].Address; ;)
        {
            Arm64Instruction instruction = all[address];
            way.Add(instruction);
            Assert.InRange(way.Count, 1, 1000);
            if (instruction.Name == "ret")
                return way;

            // Two bit tests jump on this path: the bit is clear for a plain function, and for a difference of nanoseconds that is not negative.
            address = instruction.Name is "b" or "tbz" ? instruction.Target : address + 4;
        }
    }

    // The accesses that another thread can observe: neither to the stack nor to the code.
    private static string Effect(Arm64Instruction instruction) => instruction.Name switch
    {
        "bl" or "blr" => "call",
        "ldar" or "stlr" or "dmb" => instruction.Name,
        [_, _, ..] name when (name.StartsWith("ld", StringComparison.Ordinal) || name.StartsWith("st", StringComparison.Ordinal))
            && !instruction.Operands.Contains("[sp", StringComparison.Ordinal) && !instruction.Operands.Contains("[x29", StringComparison.Ordinal) => name[..3],
        _ => "",
    };
}
