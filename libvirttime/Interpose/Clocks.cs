using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>Reading clocks and sleeping on them.</summary>
internal static unsafe class Clocks
{
    // man 2 clock_gettime
    [RuntimeExport("clock_gettime")]
    private static int clock_gettime(int clock, timespec* result) =>
        ClockFamily.IsMonotonic(clock) && VirtualClock.IsReady
            ? Errno.Return(VirtualClock.ReadMonotonic(clock, result))
            : ReadClock(clock, result);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadClock(int clock, timespec* result)
    {
        Startup.Ensure();
        if (!ClockFamily.IsVirtual(clock) && Real.ForeignClockGettime != 0)
            return ((delegate* unmanaged[SuppressGCTransition]<int, timespec*, int>)Real.ForeignClockGettime)(clock, result);
        return Errno.Return(VirtualClock.Read(clock, result));
    }

    // man 2 clock_nanosleep; returns an error number, and leaves errno alone
    [RuntimeExport("clock_nanosleep")]
    private static int clock_nanosleep(int clock, int flags, timespec* request, timespec* remaining)
    {
        Startup.Ensure();
        timespec deadline;
        if ((flags & Time.TIMER_ABSTIME) == 0 || !Deadline.NeedsConversion(clock, request, &deadline))
            return Real.clock_nanosleep(clock, flags, request, remaining);

        InFlightCall call;
        int error = Real.clock_nanosleep(clock, flags, InFlightCall.Enter(&call, clock, deadline), remaining);
        InFlightCall.Leave(&call);
        return error;
    }
}
