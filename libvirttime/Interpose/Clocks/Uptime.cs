using System.Runtime;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Clocks;

/// <summary>What tells how long the system has been up, other than a clock.</summary>
internal static unsafe class Uptime
{
    // man 2 sysinfo
    [RuntimeExport("sysinfo")]
    private static int sysinfo(sysinfo* info)
    {
        Startup.Ensure();
        return (int)Sysinfo(info, isRaw: false);
    }

    // man 2 times; a time namespace leaves the result alone, a program that is moved to another host cannot
    [RuntimeExport("times")]
    private static nint times(nint buffer)
    {
        Startup.Ensure();
        return Times(buffer, isRaw: false);
    }

    public static nint RawSysinfo(sysinfo* info) => Sysinfo(info, isRaw: true);

    public static nint RawTimes(nint buffer) => Times(buffer, isRaw: true);

    // Into memory of ours, so that the host's uptime is nowhere to be seen.
    private static nint Sysinfo(sysinfo* info, bool isRaw)
    {
        if (!UserMemory.CanWrite((timespec*)info) || !UserMemory.CanWrite((timespec*)(info + 1) - 1))
            return Errno.Return(-Errno.EFAULT);
        sysinfo host;
        nint result = isRaw ? Real.syscall(SyscallNumbers.sysinfo, (nint)(&host)) : Real.Call(RealFunction.sysinfo, (nint)(&host));
        if (result != 0)
            return result;

        // The kernel rounds up.
        timespec now;
        if (VirtualClock.Read(Time.CLOCK_BOOTTIME, &now) == 0)
            host.uptime = now.tv_nsec == 0 ? now.tv_sec : now.tv_sec + 1;
        for (int i = 0; i < sizeof(sysinfo) / sizeof(long); i++)
            ((long*)info)[i] = ((long*)&host)[i];
        return 0;
    }

    private static nint Times(nint buffer, bool isRaw)
    {
        OffsetSnapshot snapshot;
        nint ticks;
        do
        {
            snapshot = OffsetSnapshot.Of(Time.CLOCK_MONOTONIC);
            ticks = isRaw ? Real.syscall(SyscallNumbers.times, buffer) : Real.Call(RealFunction.times, buffer);

            // musl returns the kernel's -EFAULT. Ticks begin at 2^32 - 300 s, so none of them looks like an error.
            if (Kernel.IsError(ticks))
                return ticks;
        }
        while (!OffsetSnapshot.IsCurrent(&snapshot));
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
