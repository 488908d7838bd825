using System.Runtime;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Clocks;

/// <summary>Interposes the functions that set <c>CLOCK_REALTIME</c>.</summary>
/// <remarks>While that clock is virtual, they set the virtual clock, for all processes that share the config file, and never the host's.</remarks>
internal static unsafe class ClockSetting
{
    // The kernel's TIME_SETTOD_SEC_MAX: the seconds that 64 bits of nanoseconds hold, minus thirty years of uptime.
    private const long End = (long.MaxValue / TimespecMath.NanosecondsPerSecond) - (30L * 365 * 24 * 3600);

    // man 2 clock_settime
    [RuntimeExport("clock_settime")]
    private static int clock_settime(int clock, timespec* time)
    {
        Startup.Ensure();
        return IsOurs(clock) ? Errno.Return(Set(time, 1)) : (int)Real.Call(RealFunction.clock_settime, clock, (nint)time);
    }

    // man 2 settimeofday
    [RuntimeExport("settimeofday")]
    private static int settimeofday(timespec* time, nint zone)
    {
        Startup.Ensure();
        return IsOurs(Time.CLOCK_REALTIME) ? Errno.Return(SetTimeOfDay(time, zone)) : (int)Real.Call(RealFunction.settimeofday, (nint)time, zone);
    }

    // man 2 stime; glibc's headers no longer declare it, but glibc has it
    [RuntimeExport("stime")]
    private static int stime(long* time)
    {
        Startup.Ensure();
        if (!IsOurs(Time.CLOCK_REALTIME))
            return (int)Real.Call(RealFunction.stime, (nint)time);
        timespec whole;
        whole.tv_sec = *time;
        whole.tv_nsec = 0;
        return Errno.Return(Set(&whole, 1));
    }

    public static nint RawSettime(int clock, timespec* time) =>
        IsOurs(clock) ? Errno.Return(Set(time, 1)) : Real.syscall(SyscallNumbers.clock_settime, clock, (nint)time);

    public static nint RawSetTimeOfDay(timespec* time, nint zone) => IsOurs(Time.CLOCK_REALTIME)
        ? Errno.Return(SetTimeOfDay(time, zone))
        : Real.syscall(SyscallNumbers.settimeofday, (nint)time, zone);

    // No other virtual clock can be set; the real function reports that.
    private static bool IsOurs(int clock) => clock == Time.CLOCK_REALTIME && OffsetSnapshot.IsVirtual(clock);

    // The time zone belongs to the host's kernel, and the first call that sets it also moves the host's clock. A timeval has the shape of a timespec.
    private static int SetTimeOfDay(timespec* time, nint zone)
    {
        const int NanosecondsPerMicrosecond = 1000;
        if (zone != 0)
            return -Errno.EPERM;
        return time == null ? 0 : Set(time, NanosecondsPerMicrosecond);
    }

    private static int Set(timespec* given, int nanosecondsPerUnit)
    {
        if (!UserMemory.CanRead(given))
            return -Errno.EFAULT;
        timespec time = *given;
        if (time.tv_nsec < 0 || time.tv_nsec >= TimespecMath.NanosecondsPerSecond / nanosecondsPerUnit || (ulong)time.tv_sec >= End)
            return -Errno.EINVAL;
        time.tv_nsec *= nanosecondsPerUnit;
        return RealtimeSetting.Set(OffsetSnapshot.Config, time);
    }
}
