using VirtTime.Unwind.Code;
using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Frames;

/// <summary>One entry of the table for several functions that lie one after the other.</summary>
/// <remarks>
/// Most functions are small, and an entry's head takes more space than its rows. At the beginning of each function the rows describe the stack as a
/// call leaves it.
/// </remarks>
internal sealed class SharedEntry
{
    // In bytes of code. Unwinders read an entry from its start to the wanted address, so a long entry is slow. A single function may be longer.
    private const int MostCode = 2048;

    private readonly FrameDescription _first;
    private readonly Function _start;
    private readonly List<FrameRow> _rows;
    private readonly Symbol? _personality;
    private int _end;

    public SharedEntry(FrameDescription description, Function function, List<FrameRow> rows, Symbol? personality)
    {
        _first = description;
        _start = function;
        _rows = rows;
        _personality = personality;
        _end = function.End;
    }

    /// <summary>Adds the next function, if it fits. A function with a personality routine needs an entry of its own.</summary>
    public bool TryAdd(FrameDescription description, Function function, List<FrameRow> rows, Symbol? personality)
    {
        bool isNext = function.Section == _start.Section && function.Start >= _end && description.Common == _first.Common;
        if (!isNext || personality != null || _personality != null || function.End - _start.Start > MostCode)
            return false;
        _rows.AddRange(rows.Select(row => row with { Offset = row.Offset + function.Start - _start.Start }));
        _end = function.End;
        return true;
    }

    public void WriteTo(FrameWriter writer) =>
        writer.Add(_first with { Length = _end - _start.Start }, RowWriter.Write(_rows), _personality);
}
