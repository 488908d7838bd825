using System.Runtime;
using System.Runtime.CompilerServices;

[module: SkipLocalsInit]

namespace VirtTime;

/// <summary>
/// Symbols that ilc's code expects from a runtime; interposer.targets binds them. The linker options depend on the order of the fields.
/// </summary>
internal static class CompilerContract
{
    // ilc tests this bit in a managed function pointer. musl's functions are not always 4-aligned, so their addresses may have it set.
    private const nint FatPointerBit = 2;

    private static long s_rhpTrapThreads;
    private static long s_securityCookie;

    /// <summary>
    /// Whether a foreign function can be called through a managed function pointer: that costs less than an unmanaged call, and is a jump in tail
    /// position. ilc treats an address with a certain bit set as something else.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanCallAsManaged(nint function) => (function & FatPointerBit) == 0;

    // Never called, since the first field stays 0. It mentions the fields, since ilc would otherwise leave them out.
    [RuntimeExport("RhpGcPoll")]
    private static void RhpGcPoll()
    {
        s_rhpTrapThreads = 0;
        s_securityCookie = 0;
    }

    // Called by a function with a buffer on its stack if the cookie after the buffer has changed. It must not return.
    [RuntimeExport("RhpFallbackFailFast")]
    private static unsafe void RhpFallbackFailFast()
    {
        while (true)
            *(int*)null = 0;
    }

    // ilc emits a start-up routine that is never called. The linker needs these two symbols until it drops that routine.
    [RuntimeExport("RhpReversePInvoke")]
    private static void RhpReversePInvoke()
    {
    }

    [RuntimeExport("RhpReversePInvokeReturn")]
    private static void RhpReversePInvokeReturn()
    {
    }
}
