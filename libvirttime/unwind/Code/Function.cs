using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Code;

/// <summary>The position of a function's code.</summary>
/// <param name="Section">The section of the code.</param>
/// <param name="Start">Offset in the section.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Names">Its symbols: the compiler's name, and its exported names.</param>
internal sealed record Function(Section Section, int Start, int Length, IReadOnlyList<string> Names)
{
    public int End => Start + Length;

    public string Name => Names.Count > 0 ? Names[0] : $"{Section.Name}+{Start:x}";

    /// <summary>The function that an entry of the table describes.</summary>
    public static Function At(ObjectFile file, RelocationEntry begin, int length)
    {
        Symbol symbol = file.Symbols[(int)begin.Symbol];
        long start = symbol.Value + begin.Addend;
        Section section = file.Sections[symbol.Section];
        if (start < 0 || length <= 0 || start + length > section.Content.Length)
            throw new UnwindException($"{symbol.Name}: an entry of .eh_frame for code that is not there");
        IEnumerable<Symbol> named = file.Symbols.Where(
            other => other.IsFunction && other.Section == symbol.Section && other.Value == start);
        return new(section, (int)start, length, [.. named.Select(other => other.Name)]);
    }

    public bool Contains(long offset) => offset >= Start && offset < End;

    /// <summary>An error at an instruction.</summary>
    public UnwindException Error(long offset, string reason) => new($"{Name}+{offset - Start:x}: {reason}");
}
