using System.Runtime;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>POSIX timers, through libc and through <c>syscall(2)</c>. Both return −1 and set <c>errno</c>.</summary>
internal static unsafe class Timers
{
    // man 2 timer_create
    [RuntimeExport("timer_create")]
    private static int timer_create(int clock, void* notification, nint* timer)
    {
        Startup.Ensure();
        int result = Real.timer_create(clock, notification, timer);
        if (result == 0)
            TimerClocks.Note(*timer, clock);
        return result;
    }

    // man 2 timer_delete
    [RuntimeExport("timer_delete")]
    private static int timer_delete(nint timer)
    {
        Startup.Ensure();
        TimerClocks.Forget(timer);
        return Real.timer_delete(timer);
    }

    // man 2 timer_settime; the old value is the time that remained, which no clock changes
    [RuntimeExport("timer_settime")]
    private static int timer_settime(nint timer, int flags, itimerspec* value, itimerspec* old)
    {
        Startup.Ensure();
        AbsoluteTimer converted;
        if ((flags & Time.TIMER_ABSTIME) == 0 || !AbsoluteTimer.Begin(&converted, TimerClocks.Of(timer), value))
            return Real.timer_settime(timer, flags, value, old);

        int result = Real.timer_settime(timer, flags, AbsoluteTimer.Convert(&converted), old);
        while (result == 0 && AbsoluteTimer.IsStale(&converted))
            result = Real.timer_settime(timer, flags, AbsoluteTimer.Convert(&converted), null);
        return result;
    }

    /// <summary><c>syscall(SYS_timer_create, …)</c>; the kernel's timer ids are <c>int</c>.</summary>
    public static nint RawCreate(int clock, void* notification, int* timer)
    {
        nint result = Real.syscall(SyscallNumbers.timer_create, clock, (nint)notification, (nint)timer);
        if (result == 0)
            TimerClocks.Note(*timer, clock);
        return result;
    }

    public static nint RawDelete(int timer)
    {
        TimerClocks.Forget(timer);
        return Real.syscall(SyscallNumbers.timer_delete, timer);
    }

    public static nint RawSettime(int timer, int flags, itimerspec* value, itimerspec* old)
    {
        AbsoluteTimer converted;
        if ((flags & Time.TIMER_ABSTIME) == 0 || !AbsoluteTimer.Begin(&converted, TimerClocks.Of(timer), value))
            return Real.syscall(SyscallNumbers.timer_settime, timer, flags, (nint)value, (nint)old);

        nint result = Real.syscall(SyscallNumbers.timer_settime, timer, flags, (nint)AbsoluteTimer.Convert(&converted), (nint)old);
        while (result == 0 && AbsoluteTimer.IsStale(&converted))
            result = Real.syscall(SyscallNumbers.timer_settime, timer, flags, (nint)AbsoluteTimer.Convert(&converted), 0);
        return result;
    }
}
