using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>The futex system calls. <c>FUTEX_WAIT</c> is relative; the fourth argument of most others is no pointer at all.</summary>
internal static unsafe class RawFutex
{
    private const int FUTEX_WAIT_BITSET = 9;
    private const int FUTEX_WAIT_REQUEUE_PI = 11;
    private const int FUTEX_LOCK_PI2 = 13;
    private const int FUTEX_PRIVATE_FLAG = 128;
    private const int FUTEX_CLOCK_REALTIME = 256;

    // man 2 futex
    public static nint futex(nint word, int operation, nint value, timespec* timeout, nint word2, nint value3)
    {
        timespec deadline;
        if (!TakesMonotonicDeadline(operation) || !Deadline.NeedsConversion(Time.CLOCK_MONOTONIC, timeout, &deadline))
            return Real.syscall(SyscallNumbers.futex, word, operation, value, (nint)timeout, word2, value3);

        InFlightCall call;
        nint host = (nint)InFlightCall.Enter(&call, Time.CLOCK_MONOTONIC, deadline);
        nint result = Real.syscall(SyscallNumbers.futex, word, operation, value, host, word2, value3);
        InFlightCall.Leave(&call);
        return result;
    }

    // Linux 5.16: futex_waitv(waiters, nr_futexes, flags, timeout, clockid)
    public static nint futex_waitv(nint waiters, nint count, nint flags, timespec* timeout, int clock)
    {
        timespec deadline;
        if (!Deadline.NeedsConversion(clock, timeout, &deadline))
            return Real.syscall(SyscallNumbers.futex_waitv, waiters, count, flags, (nint)timeout, clock);

        InFlightCall call;
        nint host = (nint)InFlightCall.Enter(&call, clock, deadline);
        nint result = Real.syscall(SyscallNumbers.futex_waitv, waiters, count, flags, host, clock);
        InFlightCall.Leave(&call);
        return result;
    }

    // Linux 6.7: futex_wait(uaddr, val, mask, flags, timespec, clockid)
    public static nint futex_wait(nint word, nint value, nint mask, nint flags, timespec* timeout, int clock)
    {
        timespec deadline;
        if (!Deadline.NeedsConversion(clock, timeout, &deadline))
            return Real.syscall(SyscallNumbers.futex_wait, word, value, mask, flags, (nint)timeout, clock);

        InFlightCall call;
        nint host = (nint)InFlightCall.Enter(&call, clock, deadline);
        nint result = Real.syscall(SyscallNumbers.futex_wait, word, value, mask, flags, host, clock);
        InFlightCall.Leave(&call);
        return result;
    }

    // FUTEX_LOCK_PI is not among them: its deadline is on CLOCK_REALTIME whatever the flags say.
    private static bool TakesMonotonicDeadline(int operation) =>
        (operation & FUTEX_CLOCK_REALTIME) == 0
        && (operation & ~FUTEX_PRIVATE_FLAG) is FUTEX_WAIT_BITSET or FUTEX_WAIT_REQUEUE_PI or FUTEX_LOCK_PI2;
}
