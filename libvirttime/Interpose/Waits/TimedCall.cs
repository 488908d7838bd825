using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Waits;

/// <summary>Calls a real function that waits for an absolute deadline, with the deadline in the thread's slot meanwhile.</summary>
internal static unsafe class TimedCall
{
    /// <summary>In place of a clock, for what is not to be converted.</summary>
    public const int NoClock = -1;

    /// <summary>
    /// Converts where there is something to convert: a valid time on a virtual clock. What is not goes to the real function
    /// as it is and gets its error from there. So does a deadline that cannot be read, which the kernel answers with <c>EFAULT</c>, if
    /// it looks at it at all.
    /// </summary>
    /// <param name="function">The real function.</param>
    /// <param name="arguments">Its arguments as the target gave them; those that it does not take are passed and do no harm.</param>
    /// <param name="deadline">Which of them is the deadline.</param>
    /// <param name="clock">The clock of the deadline.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint WaitIfReadable(RealFunction function, Arguments* arguments, nint* deadline, int clock)
    {
        timespec* given = (timespec*)*deadline;
        return OffsetSnapshot.IsVirtual(clock) && UserMemory.CanRead(given)
            ? Wait(function, arguments, deadline, clock)
            : Real.Invoke(Real.AddressOf(function), arguments);
    }

    /// <summary>
    /// The same for a function that looks at the deadline in any case, before it does anything else: one that cannot be read ends the process
    /// there as here.
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
    /// The frame of the call in flight, and only of one: the linker is told so (interposer.targets), and whoever unwinds it comes by at
    /// <see cref="Unwound"/>, which would take a call without a slot for the one that it interrupted.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint WaitInFlight(RealFunction function, Arguments* arguments, nint* deadline, int clock)
    {
        InFlightCall call;
        *deadline = (nint)InFlightCall.Enter(&call, clock, *(timespec*)*deadline);
        nint result;
        bool isEarly;

        // The kernel has kept the deadline that it was given, and the program may have set its clock back since. A condition variable may have been
        // signalled once its wait had timed out, so its wait ends as a spurious wakeup does.
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
                // A message's length may be any other number.
                return result == Errno.ETIMEDOUT ? function is not RealFunction.mq_timedreceive : (int)result == -1 && Errno.Value == Errno.ETIMEDOUT;
        }
    }

    private static bool IsOfCondition(RealFunction function) =>
        function is RealFunction.pthread_cond_timedwait or RealFunction.pthread_cond_clockwait or RealFunction.cnd_timedwait;

    /// <summary>
    /// The personality routine of <see cref="WaitInFlight"/>'s frame (Itanium C++ ABI, Exception Handling): a cancelled thread, one that a signal handler
    /// ends, and an exception that leaves a handler do not come back through <see cref="InFlightCall.Leave"/>. There is nothing to catch.
    /// </summary>
    [RuntimeExport("virttime_personality")]
    private static int Unwound(int version, int actions, ulong exceptionClass, nint exception, nint context)
    {
        const int _UA_CLEANUP_PHASE = 2;
        const int _URC_CONTINUE_UNWIND = 8;
        byte here;
        if ((actions & _UA_CLEANUP_PHASE) != 0)
            SlotClaim.Abandon((nint)(&here));
        return _URC_CONTINUE_UNWIND;
    }
}
