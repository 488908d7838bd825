using System.Globalization;
using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>The functions of an arm64 ELF file, disassembled.</summary>
internal static partial class Arm64Code
{
    /// <summary>The library's functions by their symbols.</summary>
    public static Task<Dictionary<string, Arm64Instruction[]>> OfLibraryAsync()
    {
        string library = Path.Combine(Paths.Root, "libvirttime", "obj", "native", "arm64", "libvirttime.so");
        Assert.SkipUnless(File.Exists(library), "scripts/build.sh --arch arm64 has not been run");
        return OfFileAsync(library);
    }

    public static async Task<Dictionary<string, Arm64Instruction[]>> OfFileAsync(string path)
    {
        string objdump = Needs.Tool("aarch64-linux-gnu-objdump");
        string text = (await Command.Of(objdump, "--disassemble", "--no-show-raw-insn", path).RunAsync()).Succeeded().Output;
        return FunctionPattern().Matches(text).ToDictionary(
            function => function.Groups[1].Value,
            function => InstructionPattern().Matches(function.Groups[2].Value).Select(Arm64Instruction.From).ToArray());
    }

    [GeneratedRegex(@"^[0-9a-f]+ <(\S+)>:\n((?: .*\n|\t.*\n)*)", RegexOptions.Multiline)]
    private static partial Regex FunctionPattern();

    [GeneratedRegex(@"^\s+([0-9a-f]+):\t(\S+)(?:\t(.*))?$", RegexOptions.Multiline)]
    private static partial Regex InstructionPattern();
}

internal sealed partial record Arm64Instruction(long Address, string Name, string Operands)
{
    /// <summary>The target of a branch: its last operand without the symbol's name.</summary>
    public long Target => long.Parse(Operands.Split('<')[0].Split(',')[^1].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The last operand, a hexadecimal number after #.</summary>
    public long Immediate => long.Parse(Operands.Split("#0x")[^1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Whether the instruction jumps or calls to an address that is in a register.</summary>
    public bool IsIndirect => Name is "br" or "blr";

    /// <summary>Whether the instruction jumps to, or calls, a fixed address, perhaps under a condition.</summary>
    public bool IsDirect => Name is "b" or "bl" or "cbz" or "cbnz" or "tbz" or "tbnz" || Name.StartsWith("b.", StringComparison.Ordinal);

    /// <summary>Whether the register x28 or its lower half is among the operands.</summary>
    public bool NamesX28 => X28Pattern().IsMatch(Operands);

    public static Arm64Instruction From(Match match) =>
        new(long.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), match.Groups[2].Value, match.Groups[3].Value);

    [GeneratedRegex(@"\b[xw]28\b")]
    private static partial Regex X28Pattern();
}
