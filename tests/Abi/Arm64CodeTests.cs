using System.Globalization;
using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>The library's machine code for arm64, read from its disassembly.</summary>
/// <remarks>
/// An arm64 processor reorders loads and stores that an x86-64 processor keeps in order. An emulator does not reorder them and has other timings, so
/// the test counts and follows instructions instead of running them.
/// </remarks>
public partial class Arm64CodeTests
{
    // The exact count, as in HotPathTests. If a change needs another count, set it here and give the reason.
    private const int Monotonic = 57;

    [Fact(Timeout = Limits.Test)]
    public async Task Reading_the_monotonic_clock_takes_as_many_instructions_as_noted() =>
        Assert.Equal(Monotonic, Walk(await CodeAsync(), "clock_gettime").Count);

    // In this order: config file, sequence, seconds, nanoseconds; address of the vDSO's function and the call to it; sequence, seconds and
    // nanoseconds again; stores into the caller's memory.
    [Fact(Timeout = Limits.Test)]
    public async Task Reading_the_monotonic_clock_looks_at_the_offset_in_order_around_the_hosts_clock() => Assert.Equal(
        "ldar ldar ldar ldar ldr call ldar ldar ldar str str",
        string.Join(' ', Walk(await CodeAsync(), "clock_gettime").Select(Effect).Where(effect => effect != "")));

    [Fact(Timeout = Limits.Test)]
    public async Task Deadline_is_visible_before_the_offset_is_looked_at_again()
    {
        Dictionary<string, Instruction[]> code = await CodeAsync();
        Assert.Equal(["stlr", "stlr", "dmb"], Ordering(code, "InFlightCall__Publish"));
        Assert.Equal(["ldar", "ldar", "ldar"], Ordering(code, "OffsetSnapshot__IsCurrent"));
    }

    private static string[] Ordering(Dictionary<string, Instruction[]> code, string name) =>
        [.. code.Single(function => function.Key.EndsWith(name, StringComparison.Ordinal)).Value
            .Select(instruction => instruction.Name).Where(name => name is "ldar" or "stlr" or "dmb" or "isb")];

    /// <summary>The path of an undisturbed read: no conditional jump is taken, and the vDSO's function is called.</summary>
    private static List<Instruction> Walk(Dictionary<string, Instruction[]> code, string start)
    {
        Dictionary<long, Instruction> all = code.Values.SelectMany(function => function).ToDictionary(instruction => instruction.Address);
        List<Instruction> way = [];
        for (long address = code[start][0].Address; ;)
        {
            Instruction instruction = all[address];
            way.Add(instruction);
            Assert.InRange(way.Count, 1, 1000);
            if (instruction.Name == "ret")
                return way;

            // Two bit tests jump on this path: the bit is clear for a plain function, and for a difference of nanoseconds that is not negative.
            address = instruction.Name is "b" or "tbz" ? instruction.Target : address + 4;
        }
    }

    // The accesses that another thread can observe: neither to the stack nor to the code.
    private static string Effect(Instruction instruction) => instruction.Name switch
    {
        "bl" or "blr" => "call",
        "ldar" or "stlr" or "dmb" => instruction.Name,
        [_, _, ..] name when (name.StartsWith("ld", StringComparison.Ordinal) || name.StartsWith("st", StringComparison.Ordinal))
            && !instruction.Operands.Contains("[sp", StringComparison.Ordinal) && !instruction.Operands.Contains("[x29", StringComparison.Ordinal) => name[..3],
        _ => "",
    };

    private static async Task<Dictionary<string, Instruction[]>> CodeAsync()
    {
        string objdump = Needs.Tool("aarch64-linux-gnu-objdump");
        string library = Path.Combine(Paths.Root, "libvirttime", "obj", "native", "arm64", "libvirttime.so");
        Assert.SkipUnless(File.Exists(library), "scripts/build.sh --arch arm64 has not been run");
        string text = (await Command.Of(objdump, "--disassemble", "--no-show-raw-insn", library).RunAsync()).Succeeded().Output;
        return FunctionPattern().Matches(text).ToDictionary(
            function => function.Groups[1].Value,
            function => InstructionPattern().Matches(function.Groups[2].Value).Select(Instruction.From).ToArray());
    }

    [GeneratedRegex(@"^[0-9a-f]+ <(\S+)>:\n((?: .*\n|\t.*\n)*)", RegexOptions.Multiline)]
    private static partial Regex FunctionPattern();

    [GeneratedRegex(@"^\s+([0-9a-f]+):\t(\S+)(?:\t(.*))?$", RegexOptions.Multiline)]
    private static partial Regex InstructionPattern();

    private sealed record Instruction(long Address, string Name, string Operands)
    {
        /// <summary>The target of a branch: its last operand without the symbol's name.</summary>
        public long Target => long.Parse(Operands.Split('<')[0].Split(',')[^1].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        public static Instruction From(Match match) =>
            new(long.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), match.Groups[2].Value, match.Groups[3].Value);
    }
}
