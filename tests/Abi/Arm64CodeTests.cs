using System.Globalization;
using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>
/// The machine code for arm64, whose processors reorder loads and stores that x86-64's do not: counted and followed in its disassembly, since an
/// emulator neither reorders nor takes the time of one.
/// </summary>
public partial class Arm64CodeTests
{
    // As in HotPathTests: a change sets it here, with its reason.
    private const int Monotonic = 57;

    [Fact(Timeout = Limits.Test)]
    public async Task Reading_the_monotonic_clock_takes_as_many_instructions_as_noted() =>
        Assert.Equal(Monotonic, Walk(await CodeAsync(), "clock_gettime").Count);

    // config, sequence, seconds, nanoseconds; the address of the vDSO's function, and its call; the three again; then the caller's memory.
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

    /// <summary>The way on which nothing is in the way: forward over the tests that say otherwise, through the vDSO's call.</summary>
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

            // A bit that is clear: the function is a plain one; the difference of the nanoseconds is not negative.
            address = instruction.Name is "b" or "tbz" ? instruction.Target : address + 4;
        }
    }

    // What others can see of it, or it of others: what lies neither on the stack nor in the code.
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
        /// <summary>Of a branch: the last operand but for the symbol.</summary>
        public long Target => long.Parse(Operands.Split('<')[0].Split(',')[^1].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        public static Instruction From(Match match) =>
            new(long.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), match.Groups[2].Value, match.Groups[3].Value);
    }
}
