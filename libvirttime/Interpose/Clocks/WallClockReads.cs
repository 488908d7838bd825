using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Clocks;

/// <summary>Interposes the older functions that read <c>CLOCK_REALTIME</c>.</summary>
/// <remarks>While that clock is the host's, they end with a jump to the real functions.</remarks>
internal static unsafe class WallClockReads
{
    public static void Prepare()
    {
        nint gettimeofday = Real.Find(RealFunction.gettimeofday);
        nint time = Real.Find(RealFunction.time);
        Volatile.Write(
            ref HotState.GettimeofdayBehind, CanJumpTo(gettimeofday) ? gettimeofday : (nint)(delegate*<timeval*, nint, int>)&ReadTimeOfDaySlowly);
        Volatile.Write(ref HotState.TimeBehind, CanJumpTo(time) ? time : (nint)(delegate*<nint*, nint>)&ReadTimeSlowly);
    }

    // man 2 gettimeofday
    [RuntimeExport("gettimeofday")]
    private static int gettimeofday(timeval* result, nint zone)
    {
        nint config = Volatile.Read(ref HotState.Config);
        if (config == 0 || VirtualClock.IsRealtimeVirtual(config))
            return ReadTimeOfDay(result, zone);
        return ((delegate*<timeval*, nint, int>)HotState.GettimeofdayBehind)(result, zone);
    }

    // man 2 time. The vDSO's version counts by the timer tick, and may lie some milliseconds behind clock_gettime(2), but not just after the clock
    // was set. This version uses the clock's full precision, and is never behind.
    [RuntimeExport("time")]
    private static nint time(nint* result)
    {
        nint config = Volatile.Read(ref HotState.Config);
        if (config == 0 || VirtualClock.IsRealtimeVirtual(config))
            return ReadTime(result);
        return ((delegate*<nint*, nint>)HotState.TimeBehind)(result);
    }

    /// <summary><c>struct timeb</c> of <c>&lt;sys/timeb.h&gt;</c>.</summary>
    private struct timeb
    {
        public long time;
        public ushort millitm;
        public short timezone;
        public short dstflag;
    }

    // man 3 ftime; musl no longer has it, and glibc's headers no longer declare it, but glibc has it
    [RuntimeExport("ftime")]
    private static int ftime(timeb* result)
    {
        const int PerMillisecond = 1_000_000;
        Startup.Ensure();
        timespec now;
        if (!OffsetSnapshot.IsVirtual(Time.CLOCK_REALTIME))
            return (int)Real.Call(RealFunction.ftime, (nint)result);
        timeb host;
        int answer = (int)Real.Call(RealFunction.ftime, (nint)(&host));
        if (answer != 0 || VirtualClock.Read(Time.CLOCK_REALTIME, &now) != 0)
            return answer;
        result->time = now.tv_sec;
        result->millitm = (ushort)(now.tv_nsec / PerMillisecond);
        result->timezone = host.timezone;
        result->dstflag = host.dstflag;
        return 0;
    }

    /// <summary>Stands for the vDSO's <c>gettimeofday</c>, for callers that look it up there.</summary>
    public static int VdsoTimeOfDay(timeval* result, nint zone) => ReadTimeOfDaySlowly(result, zone);

    /// <summary>Stands for the vDSO's <c>time</c>, for callers that look it up there.</summary>
    public static nint VdsoTime(nint* result) => ReadTimeSlowly(result);

    public static nint RawTimeOfDay(timeval* result, nint zone)
    {
        bool isVirtual = OffsetSnapshot.IsVirtual(Time.CLOCK_REALTIME);
        if (!isVirtual || result == null || !UserMemory.CanWrite((timespec*)result))
            return Real.syscall(SyscallNumbers.gettimeofday, (nint)result, zone);
        if (zone != 0 && Real.syscall(SyscallNumbers.gettimeofday, 0, zone) != 0)
            return -1;
        return ReadTimeOfDay(result, 0);
    }

    public static nint RawTime(nint* result)
    {
        bool isVirtual = OffsetSnapshot.IsVirtual(Time.CLOCK_REALTIME);
        bool isWritable = result == null || UserMemory.IsWritable((void*)((nint)result & -sizeof(int)));
        return isVirtual && isWritable ? ReadTime(result) : Real.syscall(SyscallNumbers.time, (nint)result);
    }

    private static bool CanJumpTo(nint function) => function != 0 && CompilerContract.CanCallAsManaged(function);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadTimeOfDay(timeval* result, nint zone)
    {
        const uint PerMicrosecond = 1000;
        timespec now;
        if (zone != 0 || result == null || !VirtualClock.TryRead(Time.CLOCK_REALTIME, ClockFamily.Realtime, &now, scales: true))
            return ReadTimeOfDaySlowly(result, zone);
        result->tv_sec = now.tv_sec;
        result->tv_usec = (uint)now.tv_nsec / PerMicrosecond;
        return 0;
    }

    // The time zone comes from the kernel; no offset applies to it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadTimeOfDaySlowly(timeval* result, nint zone)
    {
        const int PerMicrosecond = 1000;
        Startup.Ensure();
        if (!OffsetSnapshot.IsVirtual(Time.CLOCK_REALTIME) || result == null)
            return (int)Real.Call(RealFunction.gettimeofday, (nint)result, zone);
        if (zone != 0)
            Real.Call(RealFunction.gettimeofday, 0, zone);
        timespec now;
        int error = VirtualClock.Read(Time.CLOCK_REALTIME, &now);
        if (error != 0)
            return Errno.Return(error);
        result->tv_sec = now.tv_sec;
        result->tv_usec = now.tv_nsec / PerMicrosecond;
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint ReadTime(nint* result)
    {
        timespec now;
        if (!VirtualClock.TryRead(Time.CLOCK_REALTIME, ClockFamily.Realtime, &now, scales: true))
            return ReadTimeSlowly(result);
        if (result != null)
            *result = (nint)now.tv_sec;
        return (nint)now.tv_sec;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint ReadTimeSlowly(nint* result)
    {
        Startup.Ensure();
        timespec now;
        if (!OffsetSnapshot.IsVirtual(Time.CLOCK_REALTIME) || VirtualClock.Read(Time.CLOCK_REALTIME, &now) != 0)
            return Real.Call(RealFunction.time, (nint)result);
        if (result != null)
            *result = (nint)now.tv_sec;
        return (nint)now.tv_sec;
    }
}
