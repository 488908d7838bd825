using VirtTime.Format;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Waits;

/// <summary>Converts the deadlines of the futex system calls.</summary>
/// <remarks>
/// <c>FUTEX_WAIT</c> takes a duration, which needs no conversion. Most other operations do not take a pointer as their fourth argument.
/// </remarks>
internal static unsafe class RawFutex
{
    private const int FUTEX_LOCK_PI = 6;
    private const int FUTEX_WAIT_BITSET = 9;
    private const int FUTEX_WAIT_REQUEUE_PI = 11;
    private const int FUTEX_LOCK_PI2 = 13;
    private const int FUTEX_PRIVATE_FLAG = 128;
    private const int FUTEX_CLOCK_REALTIME = 256;

    // man 2 futex: futex(uaddr, futex_op, val, timeout, uaddr2, val3)
    public static nint futex(Arguments* call) =>
        TimedCall.WaitIfReadable(RealFunction.syscall, call, &call->Fifth, ClockOf((int)call->Third));

    // Linux 5.16: futex_waitv(waiters, nr_futexes, flags, timeout, clockid)
    public static nint futex_waitv(Arguments* call) => TimedCall.WaitIfReadable(RealFunction.syscall, call, &call->Fifth, (int)call->Sixth);

    // Linux 6.7: futex_wait(uaddr, val, mask, flags, timespec, clockid)
    public static nint futex_wait(Arguments* call) => TimedCall.WaitIfReadable(RealFunction.syscall, call, &call->Sixth, (int)call->Seventh);

    // FUTEX_LOCK_PI takes its deadline on CLOCK_REALTIME, whether or not FUTEX_CLOCK_REALTIME is set.
    private static int ClockOf(int operation) => (operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)) switch
    {
        FUTEX_LOCK_PI => Time.CLOCK_REALTIME,
        FUTEX_WAIT_BITSET or FUTEX_WAIT_REQUEUE_PI or FUTEX_LOCK_PI2 =>
            (operation & FUTEX_CLOCK_REALTIME) != 0 ? Time.CLOCK_REALTIME : Time.CLOCK_MONOTONIC,
        _ => TimedCall.NoClock,
    };
}
