using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Frames;

/// <summary>A frame description entry (FDE), which describes a function.</summary>
/// <param name="Common">The entry that it shares with other functions.</param>
/// <param name="Begin">The relocation that gives the function's start.</param>
/// <param name="Length">Length of its code in bytes.</param>
/// <param name="Instructions">Its DWARF instructions, without padding.</param>
internal sealed record FrameDescription(CommonInformation Common, RelocationEntry Begin, int Length, byte[] Instructions)
{
    /// <summary>The FDEs of a section, in their order.</summary>
    public static List<FrameDescription> ReadAll(ReadOnlySpan<byte> section, IReadOnlyDictionary<long, RelocationEntry> relocations)
    {
        Dictionary<long, CommonInformation> common = [];
        List<FrameDescription> found = [];
        ByteReader reader = new(section);
        while (!reader.IsAtEnd)
        {
            int start = reader.Position;
            uint length = reader.UInt32();
            if (length == 0)
                continue;
            int position = reader.Position;
            ByteReader entry = new(reader.Take(checked((int)length)));
            uint back = entry.UInt32();
            if (back == 0)
                common[start] = CommonInformation.Parse(entry.Rest());
            else if (!common.TryGetValue(position - back, out CommonInformation? its)
                || !relocations.TryGetValue(position + entry.Position, out RelocationEntry begin))
                throw new UnwindException($".eh_frame+{start:x}: an entry without a CIE, or without a relocation for its code");
            else
                found.Add(Parse(its, begin, entry));
        }

        return found;
    }

    private static FrameDescription Parse(CommonInformation common, RelocationEntry begin, ByteReader entry)
    {
        entry.UInt32();
        int length = checked((int)entry.UInt32());
        entry.Take(entry.Unsigned()); // data for the compiler's own runtime
        return new(common, begin, length, entry.Rest().TrimEnd(Dwarf.DW_CFA_nop).ToArray());
    }
}
