using System.Buffers.Binary;

namespace VirtTime.Unwind.Frames;

/// <summary>Reads bytes from the beginning to the end.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Number of bytes that have been read.</summary>
    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position == _bytes.Length;

    public byte Byte() => Take(1)[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    /// <summary>Reads an unsigned LEB128 number; one of more than four bytes is an error.</summary>
    public int Unsigned()
    {
        int value = 0, shift = 0;
        byte next;
        do
        {
            next = Byte();
            value = checked(value + ((next & 0x7f) << shift));
            shift += 7;
        }
        while ((next & 0x80) != 0 && shift < 28);
        return (next & 0x80) == 0 ? value : throw new UnwindException("a number that is too large");
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _bytes.Length - Position)
            throw new UnwindException(".eh_frame: cut short");
        ReadOnlySpan<byte> taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    public ReadOnlySpan<byte> Rest() => Take(_bytes.Length - Position);

    /// <summary>Reads a text and its terminating zero, and returns it without the zero.</summary>
    public string Text()
    {
        string text = "";
        for (byte next = Byte(); next != 0; next = Byte())
            text += (char)next;
        return text;
    }
}
