using System.Runtime.InteropServices;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>The names in an open directory, as bytes.</summary>
internal static unsafe class DirectoryEntries
{
    private const int BufferSize = 32 * 1024;

    // struct linux_dirent64: d_ino, d_off, d_reclen, d_type, d_name.
    private const int LengthPosition = 16;
    private const int NamePosition = 19;

    /// <summary>What can be read of it, <c>.</c> and <c>..</c> included.</summary>
    public static List<string> Read(int directory)
    {
        List<string> names = [];
        byte* buffer = (byte*)NativeMemory.Alloc(BufferSize);
        nint length;
        while ((length = SystemCalls.getdents64(directory, buffer, BufferSize)) > 0)
        {
            for (nint at = 0; at < length; at += *(ushort*)(buffer + at + LengthPosition))
                names.Add(ByteString.FromTerminated(buffer + at + NamePosition));
        }

        NativeMemory.Free(buffer);
        return names;
    }
}
