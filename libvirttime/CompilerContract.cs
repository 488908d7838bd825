using System.Runtime;
using System.Runtime.CompilerServices;

[module: SkipLocalsInit]

namespace VirtTime;

/// <summary>What ilc's code expects of a runtime, bound by the linker (interposer.targets). The order of the fields is part of it.</summary>
internal static class CompilerContract
{
    // Of a managed function pointer; musl's functions are not always 4-aligned.
    private const nint FatPointerBit = 2;

    private static long s_rhpTrapThreads;
    private static long s_securityCookie;

    /// <summary>
    /// Whether a foreign function can be called through a managed function pointer, which costs less than an unmanaged call, and is a jump in
    /// tail position. Such a call takes an address with a certain bit set for something else.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanCallAsManaged(nint function) => (function & FatPointerBit) == 0;

    // Never called, since the first field stays 0. It mentions the fields, without which ilc would leave them out.
    [RuntimeExport("RhpGcPoll")]
    private static void RhpGcPoll()
    {
        s_rhpTrapThreads = 0;
        s_securityCookie = 0;
    }

    // Where a function with a buffer on its stack goes when the cookie behind the buffer has changed. It must not return.
    [RuntimeExport("RhpFallbackFailFast")]
    private static unsafe void RhpFallbackFailFast()
    {
        while (true)
            *(int*)null = 0;
    }

    // ilc writes a start-up routine that nobody calls; these keep the linker content until it drops that routine.
    [RuntimeExport("RhpReversePInvoke")]
    private static void RhpReversePInvoke()
    {
    }

    [RuntimeExport("RhpReversePInvokeReturn")]
    private static void RhpReversePInvokeReturn()
    {
    }
}
