using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Waits;

/// <summary>Calls a real function that waits for an absolute deadline, and keeps the deadline in a slot during the call.</summary>
internal static unsafe class TimedCall
{
    /// <summary>Stands for the clock if there is no deadline to convert.</summary>
    public const int NoClock = -1;

    /// <summary>Calls the real function, and converts the deadline if it can be read, is valid and is on a virtual clock.</summary>
    /// <remarks>
    /// Everything else goes to the real function unchanged, which returns its own error. The kernel answers a deadline that cannot be read with
    /// <c>EFAULT</c>, if it reads the deadline at all.
    /// </remarks>
    /// <param name="function">The real function.</param>
    /// <param name="arguments">Its arguments as the target gave them. Arguments that it does not take do no harm.</param>
    /// <param name="deadline">Points to the argument that is the deadline. It is overwritten with the slot's address.</param>
    /// <param name="clock">The deadline's clock, or <see cref="NoClock"/>.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint WaitIfReadable(RealFunction function, Arguments* arguments, nint* deadline, int clock)
    {
        timespec* given = (timespec*)*deadline;
        return OffsetSnapshot.IsVirtual(clock) && UserMemory.CanRead(given)
            ? Wait(function, arguments, deadline, clock)
            : Real.Invoke(Real.AddressOf(function), arguments);
    }

    /// <summary>
    /// Like <see cref="WaitIfReadable"/>, for a function that reads the deadline in any case and before anything else. A deadline that cannot be read
    /// ends the process with <c>SIGSEGV</c>, here as in the real function.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Wait(RealFunction function, Arguments* arguments, nint* deadline, int clock)
    {
        timespec* given = (timespec*)*deadline;
        return !OffsetSnapshot.IsVirtual(clock) || given == null || !TimespecMath.IsValidDeadline(*given)
            ? Real.Invoke(Real.AddressOf(function), arguments)
            : WaitInFlight(function, arguments, deadline, clock);
    }

    /// <remarks>
    /// interposer.targets makes <see cref="Unwound"/> the personality routine of this frame; unwinders call it for each such frame. So only calls in
    /// flight may have this frame: for another call, <see cref="Unwound"/> would give back the slot of a call that it has interrupted.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint WaitInFlight(RealFunction function, Arguments* arguments, nint* deadline, int clock)
    {
        InFlightCall call;
        *deadline = (nint)InFlightCall.Enter(&call, clock, *(timespec*)*deadline);
        nint result;
        bool isEarly;

        // The kernel still uses the deadline that it read at the start. If the clock was set back since, the call has timed out too early, so it is
        // made again. A wait on a condition variable is not: it returns 0, a spurious wakeup, since the variable may have been signalled after the
        // timeout.
        do
        {
            result = Real.Invoke(Real.AddressOf(function), arguments);
            isEarly = HasTimedOut(function, arguments, result) && InFlightCall.IsEarly(&call);
        }
        while (isEarly && !IsOfCondition(function));
        InFlightCall.Leave(&call);
        return isEarly ? 0 : result;
    }

    private static bool HasTimedOut(RealFunction function, Arguments* arguments, nint result)
    {
        const int thrd_timedout = 4;
        switch (function)
        {
            case RealFunction.clock_nanosleep:
                return (int)result == 0;
            case RealFunction.syscall when (int)arguments->First == SyscallNumbers.clock_nanosleep:
                return result == 0;
            case RealFunction.cnd_timedwait or RealFunction.mtx_timedlock:
                return (int)result == thrd_timedout;
            default:
                // mq_timedreceive and syscall may return 110 (ETIMEDOUT) as an ordinary result, such as a message's length. They report a timeout
                // only by −1 and errno.
                bool setsErrno = function is RealFunction.mq_timedreceive or RealFunction.syscall;
                return result == Errno.ETIMEDOUT ? !setsErrno : (int)result == -1 && Errno.Value == Errno.ETIMEDOUT;
        }
    }

    private static bool IsOfCondition(RealFunction function) =>
        function is RealFunction.pthread_cond_timedwait or RealFunction.pthread_cond_clockwait or RealFunction.cnd_timedwait;

    /// <summary>The personality routine of <see cref="WaitInFlight"/>'s frame (Itanium C++ ABI, Exception Handling), which catches nothing.</summary>
    /// <remarks>
    /// A cancelled thread, a thread that exits in a signal handler, and an exception that leaves a handler do not return through
    /// <see cref="InFlightCall.Leave"/>.
    /// </remarks>
    [RuntimeExport("virttime_personality")]
    private static int Unwound(int version, int actions, ulong exceptionClass, nint exception, nint context)
    {
        const int _UA_CLEANUP_PHASE = 2;
        const int _URC_CONTINUE_UNWIND = 8;
        byte here;
        if ((actions & _UA_CLEANUP_PHASE) != 0)
            SlotClaim.ReleaseUnwound((nint)(&here));
        return _URC_CONTINUE_UNWIND;
    }
}
