using System.Runtime;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>Timers that are file descriptors.</summary>
internal static unsafe class TimerDescriptors
{
    // man 2 timerfd_settime
    [RuntimeExport("timerfd_settime")]
    private static int timerfd_settime(int descriptor, int flags, itimerspec* value, itimerspec* old)
    {
        Startup.Ensure();
        AbsoluteTimer converted;
        if (!IsAbsolute(flags) || !AbsoluteTimer.Begin(&converted, DescriptorClock.Of(descriptor, value), value))
            return Real.timerfd_settime(descriptor, flags, value, old);

        int result = Real.timerfd_settime(descriptor, flags, AbsoluteTimer.Convert(&converted), old);
        while (result == 0 && AbsoluteTimer.IsStale(&converted))
            result = Real.timerfd_settime(descriptor, flags, AbsoluteTimer.Convert(&converted), null);
        return result;
    }

    /// <summary><c>syscall(SYS_timerfd_settime, …)</c></summary>
    public static nint RawSettime(int descriptor, int flags, itimerspec* value, itimerspec* old)
    {
        AbsoluteTimer converted;
        if (!IsAbsolute(flags) || !AbsoluteTimer.Begin(&converted, DescriptorClock.Of(descriptor, value), value))
            return Real.syscall(SyscallNumbers.timerfd_settime, descriptor, flags, (nint)value, (nint)old);

        nint host = (nint)AbsoluteTimer.Convert(&converted);
        nint result = Real.syscall(SyscallNumbers.timerfd_settime, descriptor, flags, host, (nint)old);
        while (result == 0 && AbsoluteTimer.IsStale(&converted))
        {
            AbsoluteTimer.Convert(&converted);
            result = Real.syscall(SyscallNumbers.timerfd_settime, descriptor, flags, host, 0);
        }

        return result;
    }

    private static bool IsAbsolute(int flags) => (flags & Time.TFD_TIMER_ABSTIME) != 0;
}
