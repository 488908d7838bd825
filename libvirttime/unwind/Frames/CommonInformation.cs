namespace VirtTime.Unwind.Frames;

/// <summary>A common information entry (CIE) as the compiler wrote it.</summary>
/// <param name="Head">From its version to its alignment factors and return-address register, but for the augmentation string.</param>
/// <param name="Augmentation">One letter for each item of data that it or its functions have.</param>
/// <param name="Instructions">What holds where a function is entered; without padding.</param>
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
        reader.Unsigned(); // data alignment; its sign does not matter here
        reader.Byte();     // return address
        byte[] head = entry[start..reader.Position].ToArray();
        ReadOnlySpan<byte> data = reader.Take(reader.Unsigned());
        if (data.ContainsAnyExcept(Dwarf.DW_EH_PE_pcrel_sdata4))
            throw new UnwindException(".eh_frame: pointers that are not pc-relative with four bytes");
        return new(version, augmentation, head, reader.Rest().TrimEnd(Dwarf.DW_CFA_nop).ToArray());
    }
}
