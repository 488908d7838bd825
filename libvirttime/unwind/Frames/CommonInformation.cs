namespace VirtTime.Unwind.Frames;

/// <summary>A common information entry (CIE) as the compiler wrote it.</summary>
/// <param name="Version">Version of the format.</param>
/// <param name="Augmentation">One letter for each item of data in the CIE or its FDEs.</param>
/// <param name="Head">The alignment factors and the return-address register, as encoded.</param>
/// <param name="Instructions">The instructions that describe the frame at a function's entry, without padding.</param>
internal sealed record CommonInformation(byte Version, string Augmentation, byte[] Head, byte[] Instructions)
{
    private const byte SupportedVersion = 1;

    public static CommonInformation Parse(ReadOnlySpan<byte> entry)
    {
        ByteReader reader = new(entry);
        byte version = reader.Byte();
        string augmentation = reader.Text();
        if (version != SupportedVersion || augmentation is not ("zR" or "zLR"))
            throw new UnwindException($".eh_frame: a CIE of version {version}, \"{augmentation}\", which this tool does not know");

        int start = reader.Position;
        reader.Unsigned(); // code alignment
        reader.Unsigned(); // data alignment; signed, but skipped like an unsigned number
        reader.Byte();     // return address
        byte[] head = entry[start..reader.Position].ToArray();
        ReadOnlySpan<byte> data = reader.Take(reader.Unsigned());
        if (data.ContainsAnyExcept(Dwarf.DW_EH_PE_pcrel_sdata4))
            throw new UnwindException(".eh_frame: pointers that are not pc-relative with four bytes");
        return new(version, augmentation, head, reader.Rest().TrimEnd(Dwarf.DW_CFA_nop).ToArray());
    }
}
