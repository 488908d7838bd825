using Iced.Intel;
using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Code;

/// <summary>A function's instructions in the order of their addresses, which are offsets in the section.</summary>
internal sealed class CodeListing
{
    private readonly Dictionary<long, RelocationEntry> _relocations;
    private readonly ObjectFile _file;
    private readonly Dictionary<long, int> _indices = [];
    private readonly List<Instruction> _instructions = [];

    public CodeListing(ObjectFile file, Function function)
    {
        Function = function;
        _file = file;
        _relocations = file.Relocations(function.Section);
        ByteArrayCodeReader bytes = new(function.Section.Content, function.Start, function.Length);
        Decoder decoder = Decoder.Create(64, bytes, (ulong)function.Start);
        while ((long)decoder.IP < function.End)
        {
            Instruction instruction = decoder.Decode();
            if (instruction.IsInvalid)
                throw function.Error((long)instruction.IP, "no instruction of x86-64");
            _indices.Add((long)instruction.IP, _instructions.Count);
            _instructions.Add(instruction);
        }
    }

    public Function Function { get; }

    public IReadOnlyList<Instruction> Instructions => _instructions;

    public Instruction this[long offset] => _instructions[_indices[offset]];

    /// <summary>Whether an instruction begins there.</summary>
    public bool Has(long offset) => _indices.ContainsKey(offset);

    /// <summary>Whether another function begins there.</summary>
    public bool IsOtherFunction(long offset) =>
        offset != Function.Start
        && _file.Symbols.Any(symbol => symbol.IsFunction && symbol.Section == Function.Section.Index && symbol.Value == offset);

    public int IndexOf(in Instruction instruction) => _indices[(long)instruction.IP];

    /// <summary>Whether it ends the program: the compiler places it where control never arrives.</summary>
    public static bool IsTrap(in Instruction instruction) => instruction.Mnemonic is Mnemonic.Int3 or Mnemonic.Ud2;

    /// <summary>The relocation in an instruction; null if there is none.</summary>
    public RelocationEntry? Relocation(in Instruction instruction)
    {
        for (long offset = (long)instruction.IP; offset < (long)instruction.NextIP; offset++)
        {
            if (_relocations.TryGetValue(offset, out RelocationEntry relocation))
                return relocation;
        }

        return null;
    }
}
