using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>Reading clocks and sleeping on them.</summary>
internal static unsafe class Clocks
{
    // man 2 clock_gettime; nothing but jumps, so that each way has only the prologue that it needs
    [RuntimeExport("clock_gettime")]
    private static int clock_gettime(int clock, timespec* result)
    {
        if (clock == Time.CLOCK_MONOTONIC || ClockFamily.IsMonotonic(clock))
            return ReadMonotonic(clock, result);
        return ReadOther(clock, result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadMonotonic(int clock, timespec* result) =>
        VirtualClock.TryReadMonotonic(clock, result) ? 0 : ReadClock(clock, result);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadOther(int clock, timespec* result)
    {
        if (!VirtualClock.IsReady || ClockFamily.IsVirtual(clock) || Real.ForeignClockGettime != 0)
            return ReadClock(clock, result);
        int error = VirtualClock.ReadHost(clock, result);
        return error == 0 ? 0 : Errno.Return(error);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadClock(int clock, timespec* result)
    {
        Startup.Ensure();
        if (!ClockFamily.IsVirtual(clock))
            return Real.ForeignClockGettime == 0 ? Errno.Return(VirtualClock.ReadHost(clock, result)) : ReadForeign(clock, result);
        if (ClockFamily.IsBoottime(clock) && VirtualClock.TryReadBoottime(clock, result))
            return 0;
        return Errno.Return(VirtualClock.Read(clock, result));
    }

    // Another interposing library behind this one may shift the clocks that we do not.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadForeign(int clock, timespec* result) =>
        ((delegate* unmanaged[SuppressGCTransition]<int, timespec*, int>)Real.ForeignClockGettime)(clock, result);

    // man 2 clock_nanosleep; returns an error number, and leaves errno alone
    [RuntimeExport("clock_nanosleep")]
    private static int clock_nanosleep(int clock, int flags, nint request, nint remaining)
    {
        Startup.Ensure();
        if ((flags & Time.TIMER_ABSTIME) == 0)
            return (int)Real.Call(RealFunction.clock_nanosleep, clock, flags, request, remaining);
        Arguments arguments;
        arguments.First = clock;
        arguments.Second = flags;
        arguments.Third = request;
        arguments.Fourth = remaining;
        return (int)TimedCall.Run(RealFunction.clock_nanosleep, &arguments, &arguments.Third, clock);
    }
}
