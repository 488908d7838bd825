using System.Runtime.CompilerServices;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Reads the host's clocks by system call.</summary>
internal static unsafe class HostClock
{
    /// <summary>man 2 clock_gettime, without the vDSO. Returns 0 or <c>-errno</c>.</summary>
    public static int Read(int clock, timespec* result) => (int)Kernel.Call(SyscallNumbers.clock_gettime, clock, (nint)result);

    /// <summary><c>CLOCK_TAI</c> − <c>CLOCK_REALTIME</c>, in seconds.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Leap()
    {
        // Repeat until both readings of CLOCK_REALTIME are in the same second: then CLOCK_TAI was read in that second too.
        timespec before, tai, after;
        do
        {
            Read(Time.CLOCK_REALTIME, &before);
            Read(Time.CLOCK_TAI, &tai);
            Read(Time.CLOCK_REALTIME, &after);
        }
        while (before.tv_sec != after.tv_sec);
        return tai.tv_sec - before.tv_sec;
    }
}
