using System.Globalization;
using VirtTime.Base;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>The addresses at which a process has the slots of a config file mapped.</summary>
internal sealed class SlotMappings
{
    private readonly int _process;
    private readonly List<(ulong Start, ulong End)> _ranges = [];

    private SlotMappings(int process) => _process = process;

    /// <summary>Reads the mappings of a process. They cannot change while all threads of the process are stopped.</summary>
    public static SlotMappings Of(ProcFolder proc, int process, MappedFileIdentity file)
    {
        SlotMappings slots = new(process);
        foreach (Mapping mapping in ProcessMaps.TryReadShared(proc, process) ?? [])
        {
            if (file.IsOf(process, mapping))
                slots.Add(mapping);
        }

        return slots;
    }

    /// <summary>Whether a slot begins at the address.</summary>
    public bool Hold(ulong address) => address % ConfigLayout.SlotSize == 0 && _ranges.Exists(range => address >= range.Start && address < range.End);

    /// <summary>The arm64 instruction at the address; 0 if it cannot be read.</summary>
    public unsafe uint InstructionAt(ulong address)
    {
        uint instruction = 0;
        using Descriptor memory = Descriptor.Open($"/proc/{_process}/mem", SystemCalls.O_RDONLY);
        bool isRead = memory.IsOpen && SystemCalls.pread(memory.Number, (byte*)&instruction, sizeof(uint), (long)address) == sizeof(uint);
        return isRead ? instruction : 0;
    }

    private void Add(in Mapping mapping)
    {
        int middle = mapping.Range.IndexOf('-', StringComparison.Ordinal);
        ulong start = ulong.Parse(mapping.Range.AsSpan(0, middle), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        ulong end = ulong.Parse(mapping.Range.AsSpan(middle + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

        // The part of the mapping that holds slots. They begin after the offset.
        ulong first = Math.Max(mapping.Position, (ulong)ConfigLayout.SlotsPosition);
        ulong last = Math.Min(mapping.Position + (end - start), (ulong)ConfigLayout.CLayoutEnd);
        if (first < last)
            _ranges.Add((start + (first - mapping.Position), start + (last - mapping.Position)));
    }
}
