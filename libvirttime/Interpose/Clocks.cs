using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
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
        if (clock != Time.CLOCK_MONOTONIC)
            return ReadOther(clock, result);
        return ReadMonotonic(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadMonotonic(timespec* result) =>
        VirtualClock.TryRead(Time.CLOCK_MONOTONIC, isBoottime: false, result) ? 0 : ReadSlowly(Time.CLOCK_MONOTONIC, result);

    // Not marked NoInlining, since the compiler makes no jumps of the last calls of such a method; it is too long to be inlined. Two
    // comparisons take less than ClockFamily's test of a bit.
    private static int ReadOther(int clock, timespec* result)
    {
        if (clock is Time.CLOCK_MONOTONIC_COARSE or Time.CLOCK_MONOTONIC_RAW)
            return ReadMonotonicFamily(clock, result);
        if (clock is Time.CLOCK_BOOTTIME or Time.CLOCK_BOOTTIME_ALARM)
            return ReadBoottimeFamily(clock, result);
        nint behind = Volatile.Read(ref HotState.ClockGettimeBehind);
        if (behind == 0)
            return ReadSlowly(clock, result);
        return ((delegate*<int, timespec*, int>)behind)(clock, result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadMonotonicFamily(int clock, timespec* result) =>
        VirtualClock.TryRead(clock, isBoottime: false, result) ? 0 : ReadSlowly(clock, result);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadBoottimeFamily(int clock, timespec* result) =>
        VirtualClock.TryRead(clock, isBoottime: true, result) ? 0 : ReadSlowly(clock, result);

    // A clock that is not virtual goes to whoever comes next: another interposing library behind this one may shift it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadSlowly(int clock, timespec* result)
    {
        Startup.Ensure();
        return !ClockFamily.IsVirtual(clock) && Real.Find(RealFunction.clock_gettime) != 0
            ? (int)Real.Call(RealFunction.clock_gettime, clock, (nint)result)
            : Errno.Return(VirtualClock.Read(clock, result));
    }

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
