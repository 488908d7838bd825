using System.Runtime;
using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>What tells how long the system has been up, other than a clock.</summary>
internal static unsafe class Uptime
{
    // TIME_MONOTONIC of <time.h>, C23
    private const int TIME_MONOTONIC = 2;

    // man 2 sysinfo
    [RuntimeExport("sysinfo")]
    private static int sysinfo(sysinfo* info)
    {
        Startup.Ensure();
        int result = (int)Real.Call(RealFunction.sysinfo, (nint)info);
        if (result == 0)
            Shift(info);
        return result;
    }

    // man 2 times; a time namespace leaves the result alone, a program that is moved to another host cannot
    [RuntimeExport("times")]
    private static nint times(nint buffer)
    {
        Startup.Ensure();
        return Times(buffer, isRaw: false);
    }

    // man 3 timespec_get; the monotonic base: glibc 2.43
    [RuntimeExport("timespec_get")]
    private static int timespec_get(timespec* result, int timeBase)
    {
        Startup.Ensure();
        int answer = (int)Real.Call(RealFunction.timespec_get, (nint)result, timeBase);
        if (timeBase == TIME_MONOTONIC && answer == timeBase)
            VirtualClock.Read(Time.CLOCK_MONOTONIC, result);
        return answer;
    }

    public static nint RawSysinfo(sysinfo* info)
    {
        nint result = Real.syscall(SyscallNumbers.sysinfo, (nint)info);
        if (result == 0)
            Shift(info);
        return result;
    }

    public static nint RawTimes(nint buffer) => Times(buffer, isRaw: true);

    // The kernel rounds up.
    private static void Shift(sysinfo* info)
    {
        timespec now;
        if (VirtualClock.Read(Time.CLOCK_BOOTTIME, &now) == 0)
            info->uptime = now.tv_nsec == 0 ? now.tv_sec : now.tv_sec + 1;
    }

    private static nint Times(nint buffer, bool isRaw)
    {
        OffsetSnapshot snapshot;
        nint ticks;
        do
        {
            snapshot = VirtualClock.Snapshot(Time.CLOCK_MONOTONIC);
            ticks = isRaw ? Real.syscall(SyscallNumbers.times, buffer) : Real.Call(RealFunction.times, buffer);
            if (ticks == -1)
                return ticks;
        }
        while (!VirtualClock.IsCurrent(&snapshot));
        return ticks - ToTicks(snapshot.Offset);
    }

    private static nint ToTicks(timespec duration)
    {
        long perSecond = (long)Auxv.getauxval(Auxv.AT_CLKTCK);
        if (perSecond <= 0)
            return 0;
        return (nint)((duration.tv_sec * perSecond) + (duration.tv_nsec / (TimespecMath.NanosecondsPerSecond / perSecond)));
    }
}
