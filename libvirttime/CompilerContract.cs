using System.Runtime;
using System.Runtime.CompilerServices;

[module: SkipLocalsInit]

namespace VirtTime;

/// <summary>What ilc's code expects of a runtime, bound by the linker (interposer.targets). The order of the fields is part of it.</summary>
internal static class CompilerContract
{
    /// <summary>
    /// A call through a managed function pointer looks at this bit of the address, and takes one that has it set for something
    /// else. Such a call costs less than an unmanaged one, and is a jump in tail position; so it is used for foreign functions
    /// where the bit is clear. musl's functions are not always 4-aligned.
    /// </summary>
    public const nint FatPointerBit = 2;

    private static long s_rhpTrapThreads;
    private static long s_securityCookie;

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
