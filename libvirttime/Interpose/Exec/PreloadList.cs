using VirtTime.Elf;
using VirtTime.Format;
using VirtTime.Libc;

namespace VirtTime.Interpose.Exec;

/// <summary>The value of <c>LD_PRELOAD</c> (<see cref="PreloadOrder"/>), with this library's own path.</summary>
internal static unsafe class PreloadList
{
    /// <summary>The path that this library was loaded from, which the loader keeps.</summary>
    public static byte* Interposer => LoadedObjects.Self()->l_name;

    public static bool HasInterposer(byte* list) => PreloadOrder.HasInterposer(list, Interposer);

    /// <summary>Writes <c>LD_PRELOAD=</c> and what is there, with this library or without it.</summary>
    /// <param name="to">Room for the name, this library's path, a colon, what is there, and a NUL.</param>
    /// <param name="list">What is there; null for nothing.</param>
    /// <param name="withInterposer">Whether this library is to be in it.</param>
    /// <returns>Where the NUL is.</returns>
    public static byte* Write(byte* to, byte* list, bool withInterposer)
    {
        fixed (byte* empty = "\0"u8)
            return PreloadOrder.Write(CString.Append(to, "LD_PRELOAD="u8), list == null ? empty : list, Interposer, withInterposer);
    }
}
