using System.Runtime;
using System.Runtime.CompilerServices;

namespace VirtTime.Libc;

/// <summary><c>&lt;sys/auxv.h&gt;</c>.</summary>
internal static unsafe class Auxv
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

    private static nuint* s_vector;

    /// <summary>Whether the library was placed into a static program, so that there is no libc that it could call.</summary>
    public static bool IsPlaced => s_vector != null;

    /// <summary>Makes <see cref="getauxval"/> search this vector, in a program without a loader.</summary>
    /// <param name="vector">The vector on the initial stack: pairs of type and value, up to <see cref="AT_NULL"/>.</param>
    public static void Use(nuint* vector) => s_vector = vector;

    /// <summary>man 3 getauxval; 0 if there is no such entry.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nuint getauxval(nuint type)
    {
        nuint* entry = s_vector;
        if (entry == null)
            return AskLibc(type);
        while (*entry != AT_NULL && *entry != type)
            entry += 2;
        return *entry == AT_NULL ? 0 : entry[1];
    }

    [RuntimeImport("*", "getauxval")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern nuint AskLibc(nuint type);
}
