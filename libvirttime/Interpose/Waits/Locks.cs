using System.Runtime;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Waits;

/// <summary>Interposes the functions that wait for a semaphore, a lock or a thread's end until a time on a clock that the caller names.</summary>
internal static unsafe class Locks
{
    // man 3 sem_clockwait (glibc 2.30); reports errors in errno
    [RuntimeExport("sem_clockwait")]
    private static int sem_clockwait(nint semaphore, int clock, nint deadline) =>
        WaitChecking(RealFunction.sem_clockwait, semaphore, clock, deadline);

    // man 3 pthread_mutex_clocklock (glibc 2.30). It reads the deadline only if it has to wait, and makes no system call before that. So Mutex tries
    // to lock without a deadline first.
    [RuntimeExport("pthread_mutex_clocklock")]
    private static int pthread_mutex_clocklock(nint mutex, int clock, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, mutex, clock, deadline);
        bool isSupported = clock is Time.CLOCK_MONOTONIC or Time.CLOCK_REALTIME;
        return Mutex(RealFunction.pthread_mutex_clocklock, &arguments, &arguments.Third, isSupported ? clock : TimedCall.NoClock);
    }

    // man 3 pthread_rwlock_clockrdlock (glibc 2.30)
    [RuntimeExport("pthread_rwlock_clockrdlock")]
    private static int pthread_rwlock_clockrdlock(nint rwlock, int clock, nint deadline) =>
        WaitChecking(RealFunction.pthread_rwlock_clockrdlock, rwlock, clock, deadline);

    // man 3 pthread_rwlock_clockwrlock (glibc 2.30)
    [RuntimeExport("pthread_rwlock_clockwrlock")]
    private static int pthread_rwlock_clockwrlock(nint rwlock, int clock, nint deadline) =>
        WaitChecking(RealFunction.pthread_rwlock_clockwrlock, rwlock, clock, deadline);

    // man 3 pthread_clockjoin_np (glibc 2.31)
    [RuntimeExport("pthread_clockjoin_np")]
    private static int pthread_clockjoin_np(nint thread, nint result, int clock, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, thread, result, clock, deadline);
        return (int)TimedCall.WaitIfReadable(RealFunction.pthread_clockjoin_np, &arguments, &arguments.Fourth, clock);
    }

    /// <summary>Locks a mutex with a deadline on a clock that the real function supports, or on <see cref="TimedCall.NoClock"/>.</summary>
    public static int Mutex(RealFunction function, Arguments* arguments, nint* deadline, int clock)
    {
        if (!OffsetSnapshot.IsVirtual(clock))
            return (int)Real.Invoke(Real.AddressOf(function), arguments);
        int taken = (int)Real.Call(RealFunction.pthread_mutex_trylock, arguments->First);
        return taken != Errno.EBUSY ? taken : (int)TimedCall.WaitIfReadable(function, arguments, deadline, clock);
    }

    // With a clock that they support, these functions check the deadline's nanoseconds before anything else, so they read the deadline in any case.
    // With another clock they may fail before they read it.
    private static int WaitChecking(RealFunction function, nint waited, int clock, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, waited, clock, deadline);
        return (int)(clock is Time.CLOCK_MONOTONIC or Time.CLOCK_REALTIME
            ? TimedCall.Wait(function, &arguments, &arguments.Third, clock)
            : TimedCall.WaitIfReadable(function, &arguments, &arguments.Third, clock));
    }
}
