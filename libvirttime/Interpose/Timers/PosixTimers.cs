using System.Runtime;
using VirtTime.Format;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Timers;

/// <summary>Interposes POSIX timers, through libc and through <c>syscall(2)</c>, which both return −1 and set <c>errno</c> on failure.</summary>
internal static unsafe class PosixTimers
{
    // man 2 timer_create
    [RuntimeExport("timer_create")]
    private static int timer_create(int clock, nint notification, nint* timer)
    {
        Startup.Ensure();
        int result = (int)Real.Call(RealFunction.timer_create, clock, notification, (nint)timer);
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
        return (int)Real.Call(RealFunction.timer_delete, timer);
    }

    // man 2 timer_settime; the old value is the time that remained, which is a duration and needs no conversion
    [RuntimeExport("timer_settime")]
    private static int timer_settime(nint timer, int flags, itimerspec* value, nint old)
    {
        Startup.Ensure();
        int clock = (flags & Time.TIMER_ABSTIME) != 0 ? TimerClocks.Of(timer) : AbsoluteTimer.Relative;
        Arguments arguments;
        Arguments.Set(&arguments, timer, flags, (nint)value, old);
        return (int)AbsoluteTimer.Arm(RealFunction.timer_settime, &arguments, &arguments.Third, &arguments.Fourth, clock);
    }

    /// <summary>Makes a timer by <c>syscall(SYS_timer_create, …)</c>. The kernel's timer ids are <c>int</c>.</summary>
    public static nint RawCreate(int clock, nint notification, int* timer)
    {
        nint result = Real.syscall(SyscallNumbers.timer_create, clock, notification, (nint)timer);
        if (result == 0)
            TimerClocks.Note(*timer, clock);
        return result;
    }

    public static nint RawDelete(int timer)
    {
        TimerClocks.Forget(timer);
        return Real.syscall(SyscallNumbers.timer_delete, timer);
    }

    /// <param name="call">The arguments of <c>syscall(SYS_timer_settime, timer, flags, value, old)</c>.</param>
    public static nint RawSettime(Arguments* call)
    {
        int clock = ((int)call->Third & Time.TIMER_ABSTIME) != 0 ? TimerClocks.Of((int)call->Second) : AbsoluteTimer.Relative;
        return AbsoluteTimer.Arm(RealFunction.syscall, call, &call->Fourth, &call->Fifth, clock);
    }
}
