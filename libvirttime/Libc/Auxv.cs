using System.Runtime;
using System.Runtime.CompilerServices;

namespace VirtTime.Libc;

/// <summary><c>&lt;sys/auxv.h&gt;</c>.</summary>
internal static class Auxv
{
    public const nuint AT_NULL = 0;
    public const nuint AT_PHDR = 3;
    public const nuint AT_PHNUM = 5;
    public const nuint AT_PAGESZ = 6;
    public const nuint AT_BASE = 7;
    public const nuint AT_HWCAP = 16;
    public const nuint AT_CLKTCK = 17;
    public const nuint AT_SECURE = 23;
    public const nuint AT_RANDOM = 25;
    public const nuint AT_SYSINFO_EHDR = 33;

    /// <summary>man 3 getauxval; 0 if there is no such entry.</summary>
    [RuntimeImport("*", "getauxval")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    public static extern nuint getauxval(nuint type);
}
