using VirtTime.Unwind.Elf;

namespace VirtTime.Unwind.Frames;

/// <summary>A function, by its frame description entry (FDE).</summary>
/// <param name="Common">What it shares with others.</param>
/// <param name="Begin">The relocation that says where it begins.</param>
/// <param name="Length">Of its code, in bytes.</param>
/// <param name="Instructions">What its table says, without padding.</param>
internal sealed record FrameDescription(CommonInformation Common, RelocationEntry Begin, int Length, byte[] Instructions)
{
    /// <summary>The entries of a section, in their order.</summary>
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
        entry.Take(entry.Unsigned()); // what the compiler's own runtime would want to know
        return new(common, begin, length, entry.Rest().TrimEnd(Dwarf.DW_CFA_nop).ToArray());
    }
}
