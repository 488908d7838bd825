using VirtTime.Elf;
using VirtTime.Format;
using VirtTime.Libc;

namespace VirtTime.Interpose.Exec;

/// <summary>Reads and writes <c>LD_PRELOAD</c>, with this library's own path (<see cref="PreloadOrder"/>).</summary>
internal static unsafe class PreloadList
{
    /// <summary>The path that this library was loaded from, as the loader keeps it.</summary>
    public static byte* Interposer => LoadedObjects.Self()->l_name;

    public static bool HasInterposer(byte* list) => PreloadOrder.HasInterposer(list, Interposer);

    /// <summary>Writes <c>LD_PRELOAD=</c> and the list, with this library or without it.</summary>
    /// <param name="to">Room for the name, this library's path, a colon, the list, and a NUL.</param>
    /// <param name="list">The present value; null for none.</param>
    /// <param name="withInterposer">Whether this library is to be in the list.</param>
    /// <returns>The address of the NUL.</returns>
    public static byte* Write(byte* to, byte* list, bool withInterposer)
    {
        fixed (byte* empty = "\0"u8)
            return PreloadOrder.Write(CString.Append(to, "LD_PRELOAD="u8), list == null ? empty : list, Interposer, withInterposer);
    }
}
