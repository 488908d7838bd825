using System.Runtime;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Waits;

/// <summary>Interposes the timed waits on condition variables.</summary>
internal static unsafe class Conditions
{
    // man 3 pthread_cond_timedwait; the deadline is on the clock that the condition variable was made with
    [RuntimeExport("pthread_cond_timedwait")]
    private static int pthread_cond_timedwait(nint condition, nint mutex, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, condition, mutex, deadline);
        return (int)TimedCall.Wait(RealFunction.pthread_cond_timedwait, &arguments, &arguments.Third, ConditionClock.Of((void*)condition));
    }

    // man 3 pthread_cond_clockwait (glibc 2.30)
    [RuntimeExport("pthread_cond_clockwait")]
    private static int pthread_cond_clockwait(nint condition, nint mutex, int clock, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, condition, mutex, clock, deadline);
        return (int)TimedCall.Wait(RealFunction.pthread_cond_clockwait, &arguments, &arguments.Fourth, clock);
    }
}
