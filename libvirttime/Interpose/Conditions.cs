using System.Runtime;
using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>Condition variables.</summary>
internal static unsafe class Conditions
{
    // man 3 pthread_cond_timedwait; the clock is the condition variable's own
    [RuntimeExport("pthread_cond_timedwait")]
    private static int pthread_cond_timedwait(void* condition, void* mutex, timespec* deadline)
    {
        Startup.Ensure();
        timespec virtualDeadline;
        int clock = ConditionClock.Of(condition);
        if (!Deadline.NeedsConversion(clock, deadline, &virtualDeadline))
            return Real.pthread_cond_timedwait(condition, mutex, deadline);

        InFlightCall call;
        int error = Real.pthread_cond_timedwait(condition, mutex, InFlightCall.Enter(&call, clock, virtualDeadline));
        InFlightCall.Leave(&call);
        return error;
    }

    // man 3 pthread_cond_clockwait
    [RuntimeExport("pthread_cond_clockwait")]
    private static int pthread_cond_clockwait(void* condition, void* mutex, int clock, timespec* deadline)
    {
        Startup.Ensure();
        timespec virtualDeadline;
        if (!Deadline.NeedsConversion(clock, deadline, &virtualDeadline))
            return Real.pthread_cond_clockwait(condition, mutex, clock, deadline);

        InFlightCall call;
        int error = Real.pthread_cond_clockwait(condition, mutex, clock, InFlightCall.Enter(&call, clock, virtualDeadline));
        InFlightCall.Leave(&call);
        return error;
    }
}
