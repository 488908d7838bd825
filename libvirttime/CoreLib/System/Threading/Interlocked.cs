using System.Runtime.CompilerServices;

namespace System.Threading;

/// <summary>Expanded by the compiler; the bodies, which call themselves, are never compiled.</summary>
public static class Interlocked
{
    [Intrinsic]
    public static long CompareExchange(ref long location1, long value, long comparand) => CompareExchange(ref location1, value, comparand);

    [Intrinsic]
    public static void MemoryBarrier() => MemoryBarrier();
}
