using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Code;

/// <summary>Checks that every function of the object has exactly one entry.</summary>
internal sealed class Coverage(ObjectFile file)
{
    private readonly HashSet<(int Section, long Start)> _described = [];

    public void Add(Function function)
    {
        if (!_described.Add((function.Section.Index, function.Start)))
            throw new UnwindException($"{function.Name}: two entries in .eh_frame");
    }

    /// <summary>Throws if a function has no entry.</summary>
    public void Check()
    {
        Symbol? without = file.Symbols.FirstOrDefault(
            symbol => symbol.IsFunction && symbol.Section != 0 && !_described.Contains((symbol.Section, symbol.Value)));
        if (without != null)
            throw new UnwindException($"{without.Name}: a function without an entry in .eh_frame");
    }
}
