using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Clocks;

/// <summary>Interposes the functions that read any clock.</summary>
internal static unsafe class ClockReads
{
    // Constants of <time.h>; TIME_MONOTONIC is new in C23.
    private const int TIME_UTC = 1;
    private const int TIME_MONOTONIC = 2;

    // man 2 clock_gettime; all calls are jumps, so that each path has only the prologue that it needs
    [RuntimeExport("clock_gettime")]
    private static int clock_gettime(int clock, timespec* result)
    {
        if (clock != Time.CLOCK_MONOTONIC)
            return ReadOther(clock, result);
        return ReadMonotonic(result);
    }

    /// <summary>Finds the next <c>clock_gettime</c> in the loader's order.</summary>
    public static void Prepare()
    {
        nint behind = Real.Find(RealFunction.clock_gettime);
        bool isUsable = behind != 0 && CompilerContract.CanCallAsManaged(behind);
        Volatile.Write(ref HotState.ClockGettimeBehind, isUsable ? behind : (nint)(delegate*<int, timespec*, int>)&ReadSlowly);
    }

    /// <summary>Reads <c>CLOCK_MONOTONIC</c>. If there is a vDSO, no error can occur.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int ReadMonotonic(timespec* result) =>
        VirtualClock.TryRead(Time.CLOCK_MONOTONIC, ClockFamily.Monotonic, result) ? 0 : ReadSlowly(Time.CLOCK_MONOTONIC, result);

    // Not marked NoInlining, since the compiler makes no jumps of the last calls of such a method. It is too long to be inlined anyway. Two
    // comparisons cost less than the bit test in ClockFamilies.
    private static int ReadOther(int clock, timespec* result)
    {
        if (clock == Time.CLOCK_REALTIME)
            return ReadRealtime(result);
        if (clock is Time.CLOCK_MONOTONIC_COARSE or Time.CLOCK_MONOTONIC_RAW)
            return ReadMonotonicFamily(clock, result);
        if (clock == Time.CLOCK_BOOTTIME)
            return ReadBoottime(result);
        return ReadRare(clock, result);
    }

    private static int ReadRare(int clock, timespec* result)
    {
        nint config = Volatile.Read(ref HotState.Config);
        if (config == 0 || clock is Time.CLOCK_BOOTTIME_ALARM or Time.CLOCK_REALTIME_ALARM)
            return ReadSlowly(clock, result);
        if (ClockFamilies.IsRealtime(clock) && VirtualClock.IsRealtimeVirtual(config))
            return ReadRealtimeFamily(clock, result);
        return ((delegate*<int, timespec*, int>)HotState.ClockGettimeBehind)(clock, result);
    }

    private static int ReadRealtime(timespec* result)
    {
        nint config = Volatile.Read(ref HotState.Config);
        if (config == 0 || VirtualClock.IsRealtimeVirtual(config))
            return ReadVirtualRealtime(result);
        return ((delegate*<int, timespec*, int>)HotState.ClockGettimeBehind)(Time.CLOCK_REALTIME, result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadMonotonicFamily(int clock, timespec* result) =>
        VirtualClock.TryRead(clock, ClockFamily.Monotonic, result) ? 0 : ReadSlowly(clock, result);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadBoottime(timespec* result) =>
        VirtualClock.TryRead(Time.CLOCK_BOOTTIME, ClockFamily.Boottime, result) ? 0 : ReadSlowly(Time.CLOCK_BOOTTIME, result);

    /// <summary>The same for <c>CLOCK_REALTIME</c> while it is virtual.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int ReadVirtualRealtime(timespec* result) =>
        VirtualClock.TryRead(Time.CLOCK_REALTIME, ClockFamily.Realtime, result, scales: true) ? 0 : ReadSlowly(Time.CLOCK_REALTIME, result);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadRealtimeFamily(int clock, timespec* result) =>
        VirtualClock.TryRead(clock, ClockFamily.Realtime, result) ? 0 : ReadSlowly(clock, result);

    // A clock that is not virtual goes to the next clock_gettime in the loader's order: another interposing library after this one may shift it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadSlowly(int clock, timespec* result)
    {
        Startup.Ensure();
        return !OffsetSnapshot.IsVirtual(clock) && Real.Find(RealFunction.clock_gettime) != 0
            ? (int)Real.Call(RealFunction.clock_gettime, clock, (nint)result)
            : Errno.Return(VirtualClock.Read(clock, result));
    }

    // man 3 timespec_get; TIME_MONOTONIC: glibc 2.43
    [RuntimeExport("timespec_get")]
    private static int timespec_get(timespec* result, int timeBase)
    {
        Startup.Ensure();
        int clock = timeBase == TIME_UTC ? Time.CLOCK_REALTIME : Time.CLOCK_MONOTONIC;
        if (timeBase is not (TIME_UTC or TIME_MONOTONIC) || !OffsetSnapshot.IsVirtual(clock))
            return (int)Real.Call(RealFunction.timespec_get, (nint)result, timeBase);
        timespec host;
        int answer = (int)Real.Call(RealFunction.timespec_get, (nint)(&host), timeBase);
        return answer != 0 && VirtualClock.Read(clock, result) == 0 ? answer : 0;
    }
}
