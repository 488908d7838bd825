using System;
using System.Threading;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Interpose.Clocks;
using VirtTime.Libc;

namespace VirtTime.Interpose.Lookup;

/// <summary>Replaces the vDSO's functions that read a clock (man 7 vdso), for callers that look them up by the vDSO's names or by libc's.</summary>
internal static unsafe class VdsoFunctions
{
    /// <summary>Our function, which returns <c>-errno</c> as the vDSO's does; 0 for a function that reads no clock.</summary>
    public static nint Replacement(byte* name)
    {
        if (IsNamed(name, "clock_gettime"u8))
            return (nint)(delegate*<int, timespec*, int>)&Read;
        if (IsNamed(name, "gettimeofday"u8))
            return (nint)(delegate*<timeval*, nint, int>)&WallClockReads.VdsoTimeOfDay;
        return IsNamed(name, "time"u8) ? (nint)(delegate*<nint*, nint>)&WallClockReads.VdsoTime : 0;
    }

    // The two clocks that programs read most take the shortest path, on which no error can occur. As in ClockReads, the calls are jumps.
    private static int Read(int clock, timespec* result)
    {
        if (clock == Time.CLOCK_MONOTONIC)
            return ClockReads.ReadMonotonic(result);
        nint config = Volatile.Read(ref HotState.Config);
        if (clock == Time.CLOCK_REALTIME && config != 0 && VirtualClock.IsRealtimeVirtual(config))
            return ClockReads.ReadVirtualRealtime(result);
        return VirtualClock.Read(clock, result);
    }

    // The vDSO of x86-64 has each name with the prefix __vdso_ and without it. The vDSO of arm64 has the prefix __kernel_.
    private static bool IsNamed(byte* name, ReadOnlySpan<byte> expected)
    {
        fixed (byte* x64 = "__vdso_"u8, arm64 = "__kernel_"u8, bare = expected)
        {
            byte* rest = CString.After(name, x64);
            if (rest == null)
                rest = CString.After(name, arm64);
            return CString.AreEqual(rest == null ? name : rest, bare);
        }
    }
}
