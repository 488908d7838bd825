namespace VirtTime.Unwind.Elf;

/// <summary>A section of the object: its header, as in elf(5), and its bytes.</summary>
internal sealed class Section(int index, string name, SectionHeader header, byte[] content)
{
    /// <summary>Index of the section's header.</summary>
    public int Index => index;

    public string Name => name;

    /// <summary>The header as read: with the offset and size of the original content.</summary>
    public SectionHeader Header => header;

    public byte[] Content { get; private set; } = content;

    public bool IsReplaced { get; private set; }

    public void Replace(byte[] bytes)
    {
        Content = bytes;
        IsReplaced = true;
    }
}
