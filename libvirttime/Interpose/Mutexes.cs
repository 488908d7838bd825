using System.Runtime;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>Timed locks, and the timed join. The <c>timed</c> variants of the same wait on <c>CLOCK_REALTIME</c> and are left alone.</summary>
internal static unsafe class Mutexes
{
    // man 3 pthread_mutex_clocklock (glibc 2.30)
    [RuntimeExport("pthread_mutex_clocklock")]
    private static int pthread_mutex_clocklock(void* mutex, int clock, timespec* deadline)
    {
        Startup.Ensure();
        timespec virtualDeadline;
        if (!Deadline.NeedsConversion(clock, deadline, &virtualDeadline))
            return Real.pthread_mutex_clocklock(mutex, clock, deadline);

        InFlightCall call;
        int error = Real.pthread_mutex_clocklock(mutex, clock, InFlightCall.Enter(&call, clock, virtualDeadline));
        InFlightCall.Leave(&call);
        return error;
    }

    // man 3 pthread_rwlock_clockrdlock (glibc 2.30)
    [RuntimeExport("pthread_rwlock_clockrdlock")]
    private static int pthread_rwlock_clockrdlock(void* rwlock, int clock, timespec* deadline)
    {
        Startup.Ensure();
        timespec virtualDeadline;
        if (!Deadline.NeedsConversion(clock, deadline, &virtualDeadline))
            return Real.pthread_rwlock_clockrdlock(rwlock, clock, deadline);

        InFlightCall call;
        int error = Real.pthread_rwlock_clockrdlock(rwlock, clock, InFlightCall.Enter(&call, clock, virtualDeadline));
        InFlightCall.Leave(&call);
        return error;
    }

    // man 3 pthread_rwlock_clockwrlock (glibc 2.30)
    [RuntimeExport("pthread_rwlock_clockwrlock")]
    private static int pthread_rwlock_clockwrlock(void* rwlock, int clock, timespec* deadline)
    {
        Startup.Ensure();
        timespec virtualDeadline;
        if (!Deadline.NeedsConversion(clock, deadline, &virtualDeadline))
            return Real.pthread_rwlock_clockwrlock(rwlock, clock, deadline);

        InFlightCall call;
        int error = Real.pthread_rwlock_clockwrlock(rwlock, clock, InFlightCall.Enter(&call, clock, virtualDeadline));
        InFlightCall.Leave(&call);
        return error;
    }

    // man 3 pthread_clockjoin_np (glibc 2.31)
    [RuntimeExport("pthread_clockjoin_np")]
    private static int pthread_clockjoin_np(nint thread, void** result, int clock, timespec* deadline)
    {
        Startup.Ensure();
        timespec virtualDeadline;
        if (!Deadline.NeedsConversion(clock, deadline, &virtualDeadline))
            return Real.pthread_clockjoin_np(thread, result, clock, deadline);

        InFlightCall call;
        int error = Real.pthread_clockjoin_np(thread, result, clock, InFlightCall.Enter(&call, clock, virtualDeadline));
        InFlightCall.Leave(&call);
        return error;
    }
}
