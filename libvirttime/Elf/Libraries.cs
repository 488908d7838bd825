using System;

namespace VirtTime.Elf;

/// <summary>Tells the C library's objects from others.</summary>
internal static unsafe class Libraries
{
    /// <summary>Whether <paramref name="address"/> lies in libc itself or, before glibc 2.34, in one of the libraries beside it.</summary>
    public static bool IsPartOfLibc(nuint address)
    {
        link_map* map = LoadedObjects.Containing(address);
        if (map == null)
            return false;
        SymbolTable symbols = new(map);
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
