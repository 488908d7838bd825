using System;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.RealFunctions;

/// <summary>The address ranges of libc, noted at start, since another thread may change the loader's list later.</summary>
internal static unsafe class Libraries
{
    // libc, and before glibc 2.34 also libpthread, librt and libdl.
    private const int Most = 4;

    private static Ranges s_libc;

    private struct Ranges
    {
        public fixed ulong Starts[Most];
        public fixed ulong Ends[Most];
    }

    /// <summary>Notes the ranges of libc's objects. Has the same result each time.</summary>
    public static void Note()
    {
        int count = 0;
        for (link_map* map = LoadedObjects.First(); map != null && count < Most; map = map->l_next)
        {
            if (!IsPartOfLibc(new SymbolTable(map)))
                continue;
            s_libc.Starts[count] = map->l_addr;
            s_libc.Ends[count] = map->l_addr + LoadedObjects.SizeOf(map);
            count++;
        }
    }

    public static bool IsInLibc(nint address)
    {
        for (int i = 0; i < Most; i++)
        {
            if ((nuint)address >= s_libc.Starts[i] && (nuint)address < s_libc.Ends[i])
                return true;
        }

        return false;
    }

    private static bool IsPartOfLibc(SymbolTable symbols)
    {
        fixed (byte* errno = "__errno_location"u8)
        {
            return symbols.Find(errno) != 0
                || IsNamed(symbols.Soname, "libpthread.so.0"u8)
                || IsNamed(symbols.Soname, "librt.so.1"u8)
                || IsNamed(symbols.Soname, "libdl.so.2"u8);
        }
    }

    private static bool IsNamed(byte* soname, ReadOnlySpan<byte> expected)
    {
        fixed (byte* name = expected)
            return soname != null && CString.AreEqual(soname, name);
    }
}
