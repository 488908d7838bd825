namespace VirtTime.Unwind.Elf;

/// <summary>A section of the object: its header, as in elf(5), and its bytes.</summary>
internal sealed class Section(int index, string name, SectionHeader header, byte[] content)
{
    /// <summary>Place among the section headers.</summary>
    public int Index => index;

    public string Name => name;

    /// <summary>With the offset and size that the content had when it was read.</summary>
    public SectionHeader Header => header;

    public byte[] Content { get; private set; } = content;

    public bool IsReplaced { get; private set; }

    public void Replace(byte[] bytes)
    {
        Content = bytes;
        IsReplaced = true;
    }
}
