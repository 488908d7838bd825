using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Format;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Waits;

/// <summary>Interposes the waits whose deadline is always on <c>CLOCK_REALTIME</c>, since their interface names no clock.</summary>
internal static unsafe class WallClockWaits
{
    // man 3 sem_timedwait; reports errors in errno
    [RuntimeExport("sem_timedwait")]
    private static int sem_timedwait(nint semaphore, nint deadline) => Wait(RealFunction.sem_timedwait, semaphore, deadline);

    // man 3 pthread_mutex_timedlock; like pthread_mutex_clocklock, it reads the deadline only if it has to wait
    [RuntimeExport("pthread_mutex_timedlock")]
    private static int pthread_mutex_timedlock(nint mutex, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, mutex, deadline);
        return Locks.Mutex(RealFunction.pthread_mutex_timedlock, &arguments, &arguments.Second, Time.CLOCK_REALTIME);
    }

    // man 3 pthread_rwlock_timedrdlock
    [RuntimeExport("pthread_rwlock_timedrdlock")]
    private static int pthread_rwlock_timedrdlock(nint rwlock, nint deadline) => Wait(RealFunction.pthread_rwlock_timedrdlock, rwlock, deadline);

    // man 3 pthread_rwlock_timedwrlock
    [RuntimeExport("pthread_rwlock_timedwrlock")]
    private static int pthread_rwlock_timedwrlock(nint rwlock, nint deadline) => Wait(RealFunction.pthread_rwlock_timedwrlock, rwlock, deadline);

    // man 3 pthread_timedjoin_np
    [RuntimeExport("pthread_timedjoin_np")]
    private static int pthread_timedjoin_np(nint thread, nint result, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, thread, result, deadline);
        return (int)TimedCall.WaitIfReadable(RealFunction.pthread_timedjoin_np, &arguments, &arguments.Third, Time.CLOCK_REALTIME);
    }

    // cnd_timedwait of <threads.h>
    [RuntimeExport("cnd_timedwait")]
    private static int cnd_timedwait(nint condition, nint mutex, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, condition, mutex, deadline);
        return (int)TimedCall.WaitIfReadable(RealFunction.cnd_timedwait, &arguments, &arguments.Third, Time.CLOCK_REALTIME);
    }

    // mtx_timedlock of <threads.h>
    [RuntimeExport("mtx_timedlock")]
    private static int mtx_timedlock(nint mutex, nint deadline) => Wait(RealFunction.mtx_timedlock, mutex, deadline);

    // man 3 mq_send
    [RuntimeExport("mq_timedsend")]
    private static int mq_timedsend(nint queue, nint message, nint length, nint priority, nint deadline) =>
        (int)PassMessage(RealFunction.mq_timedsend, queue, message, length, priority, deadline);

    // man 3 mq_receive
    [RuntimeExport("mq_timedreceive")]
    private static nint mq_timedreceive(nint queue, nint message, nint length, nint priority, nint deadline) =>
        PassMessage(RealFunction.mq_timedreceive, queue, message, length, priority, deadline);

    /// <param name="call">The arguments of <c>syscall(SYS_mq_timedsend, queue, message, length, priority, deadline)</c>, or the same of
    /// <c>SYS_mq_timedreceive</c>.</param>
    public static nint RawMessage(Arguments* call) => TimedCall.WaitIfReadable(RealFunction.syscall, call, &call->Sixth, Time.CLOCK_REALTIME);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint PassMessage(RealFunction function, nint queue, nint message, nint length, nint priority, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, queue, message, length, priority, deadline);
        return TimedCall.WaitIfReadable(function, &arguments, &arguments.Fifth, Time.CLOCK_REALTIME);
    }

    private static int Wait(RealFunction function, nint waited, nint deadline)
    {
        Startup.Ensure();
        Arguments arguments;
        Arguments.Set(&arguments, waited, deadline);
        return (int)TimedCall.WaitIfReadable(function, &arguments, &arguments.Second, Time.CLOCK_REALTIME);
    }
}
