using System.Runtime;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Clocks;

/// <summary>Interposes the functions that tell how long the system has been up, other than those that read a clock.</summary>
internal static unsafe class Uptime
{
    // man 2 sysinfo
    [RuntimeExport("sysinfo")]
    private static int sysinfo(sysinfo* info)
    {
        Startup.Ensure();
        return (int)Sysinfo(info, isRaw: false);
    }

    // man 2 times; a time namespace leaves the result as it is, but a program that is moved to another host needs it shifted
    [RuntimeExport("times")]
    private static nint times(nint buffer)
    {
        Startup.Ensure();
        return Times(buffer, isRaw: false);
    }

    public static nint RawSysinfo(sysinfo* info) => Sysinfo(info, isRaw: true);

    public static nint RawTimes(nint buffer) => Times(buffer, isRaw: true);

    // The real function writes to a copy, so that the host's uptime never stands in the caller's buffer.
    private static nint Sysinfo(sysinfo* info, bool isRaw)
    {
        if (!UserMemory.CanWrite((timespec*)info) || !UserMemory.CanWrite((timespec*)(info + 1) - 1))
            return Errno.Return(-Errno.EFAULT);
        sysinfo host;
        nint result = isRaw ? Real.syscall(SyscallNumbers.sysinfo, (nint)(&host)) : Real.Call(RealFunction.sysinfo, (nint)(&host));
        if (result != 0)
            return result;

        // The kernel also rounds the uptime up.
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
            OffsetSnapshot.Take(&snapshot, Time.CLOCK_MONOTONIC);
            ticks = isRaw ? Real.syscall(SyscallNumbers.times, buffer) : Real.Call(RealFunction.times, buffer);

            // musl returns the kernel's -EFAULT as it is. The kernel's 64-bit count begins above 0 and only grows, so no valid result looks like an
            // error.
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
