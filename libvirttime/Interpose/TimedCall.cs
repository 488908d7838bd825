using System.Runtime.CompilerServices;
using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>The arguments of a blocking function, as the C calling conventions pass integers and pointers.</summary>
internal struct Arguments
{
    public nint First;
    public nint Second;
    public nint Third;
    public nint Fourth;
    public nint Fifth;
    public nint Sixth;
    public nint Seventh;
}

/// <summary>Calls a real function that waits for an absolute deadline, with the deadline in the thread's slot meanwhile.</summary>
internal static unsafe class TimedCall
{
    /// <summary>
    /// Converts where there is something to convert: a valid time on a virtual clock. What is not goes to the real function
    /// as it is and gets its error from there.
    /// </summary>
    /// <param name="function">The real function.</param>
    /// <param name="arguments">Its arguments as the target gave them; those that it does not take are passed and do no harm.</param>
    /// <param name="deadline">Which of them is the deadline.</param>
    /// <param name="clock">The clock of the deadline.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Run(RealFunction function, Arguments* arguments, nint* deadline, int clock)
    {
        timespec* given = (timespec*)*deadline;
        return ClockFamily.IsVirtual(clock) && UserMemory.CanRead(given)
            ? RunReadable(function, arguments, deadline, clock)
            : Invoke(Real.AddressOf(function), arguments);
    }

    /// <summary>The same for a function that looks at the deadline in any case, before it does anything else: one that cannot be read ends the process there as here.</summary>
    public static nint RunReadable(RealFunction function, Arguments* arguments, nint* deadline, int clock)
    {
        nint real = Real.AddressOf(function);
        timespec* given = (timespec*)*deadline;
        if (!ClockFamily.IsVirtual(clock) || given == null || !TimespecMath.IsValidDeadline(*given))
            return Invoke(real, arguments);

        InFlightCall call;
        *deadline = (nint)InFlightCall.Enter(&call, clock, *given);
        nint result = Invoke(real, arguments);
        InFlightCall.Leave(&call);
        return result;
    }

    /// <summary>Calls a real function.</summary>
    public static nint Invoke(nint real, Arguments* a) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint, nint>)real)(
            a->First, a->Second, a->Third, a->Fourth, a->Fifth, a->Sixth, a->Seventh);
}
