namespace VirtTime.Base;

/// <summary>Reads the names in an open directory as byte strings.</summary>
internal static unsafe class DirectoryEntries
{
    private const int BufferSize = 32 * 1024;

    // struct linux_dirent64: d_ino, d_off, d_reclen, d_type, d_name.
    private const int NextPosition = 8;
    private const int LengthPosition = 16;
    private const int NamePosition = 19;

    /// <summary>All names, including <c>.</c> and <c>..</c>. An error ends the list early.</summary>
    public static List<string> Read(int directory)
    {
        List<string> names = [];
        byte[] buffer = new byte[BufferSize];
        while (ReadSome(directory, buffer, names, out _)) { }
        return names;
    }

    /// <summary>Adds as many of the next names as the buffer holds.</summary>
    /// <param name="next">The position (<c>lseek</c>) after the last name; 0 if no name was read.</param>
    /// <returns>False at the end, or after an error.</returns>
    public static bool ReadSome(int directory, byte[] buffer, List<string> names, out long next)
    {
        next = 0;
        fixed (byte* start = buffer)
        {
            nint length = SystemCalls.getdents64(directory, start, buffer.Length);
            for (nint at = 0; at < length; at += *(ushort*)(start + at + LengthPosition))
            {
                names.Add(ByteString.FromTerminated(start + at + NamePosition));
                next = *(long*)(start + at + NextPosition);
            }

            return length > 0;
        }
    }
}
