using System.Runtime.CompilerServices;

namespace System.Threading;

/// <summary>Atomic operations and a full barrier. ilc expands them; the bodies, which call themselves, are never compiled.</summary>
public static class Interlocked
{
    [Intrinsic]
    public static long CompareExchange(ref long location1, long value, long comparand) => CompareExchange(ref location1, value, comparand);

    [Intrinsic]
    public static int CompareExchange(ref int location1, int value, int comparand) => CompareExchange(ref location1, value, comparand);

    [Intrinsic]
    public static byte CompareExchange(ref byte location1, byte value, byte comparand) => CompareExchange(ref location1, value, comparand);

    [Intrinsic]
    public static void MemoryBarrier() => MemoryBarrier();
}
