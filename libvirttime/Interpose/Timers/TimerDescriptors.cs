using System.Runtime;
using VirtTime.Format;
using VirtTime.Interpose.Descriptors;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Timers;

/// <summary>Interposes the functions for timers that are file descriptors (timerfd).</summary>
internal static unsafe class TimerDescriptors
{
    // man 2 timerfd_create
    [RuntimeExport("timerfd_create")]
    private static int timerfd_create(int clock, int flags)
    {
        Startup.Ensure();
        int descriptor = (int)Real.Call(RealFunction.timerfd_create, clock, flags);
        DescriptorNotes.Note(descriptor, clock);
        return descriptor;
    }

    // man 2 timerfd_settime
    [RuntimeExport("timerfd_settime")]
    private static int timerfd_settime(int descriptor, int flags, itimerspec* value, nint old)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, descriptor, flags, (nint)value, old);
        int clock = ClockOf(descriptor, flags, value);
        return (int)AbsoluteTimer.Arm(RealFunction.timerfd_settime, &arguments, &arguments.Third, &arguments.Fourth, clock);
    }

    public static nint RawCreate(int clock, int flags)
    {
        nint descriptor = Real.syscall(SyscallNumbers.timerfd_create, clock, flags);
        DescriptorNotes.Note((int)descriptor, clock);
        return descriptor;
    }

    /// <param name="call">The arguments of <c>syscall(SYS_timerfd_settime, descriptor, flags, value, old)</c>.</param>
    public static nint RawSettime(Arguments* call)
    {
        int clock = ClockOf((int)call->Second, (int)call->Third, (itimerspec*)call->Fourth);
        return AbsoluteTimer.Arm(RealFunction.syscall, call, &call->Fourth, &call->Fifth, clock);
    }

    private static int ClockOf(int descriptor, int flags, itimerspec* value)
    {
        if ((flags & Time.TFD_TIMER_ABSTIME) == 0)
            return AbsoluteTimer.Relative;
        int noted = DescriptorNotes.Of(descriptor);
        return noted >= 0 ? noted : DescriptorClock.Of(descriptor, value);
    }
}
