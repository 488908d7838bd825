using VirtTime.Config;
using VirtTime.Format;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Timers;

/// <summary>Arms a timer with an absolute time.</summary>
/// <remarks>
/// A timer needs no slot: once armed it belongs to the kernel, and a checkpoint tool restores it with the time that remains. The offset can change
/// under the timer only while it is being armed, and then it is armed again.
/// </remarks>
internal static unsafe class AbsoluteTimer
{
    /// <summary>Stands for the clock if the value is a duration.</summary>
    public const int Relative = -1;

    /// <summary>Calls the real function, and converts the value if it is valid, not zero and on a virtual clock.</summary>
    /// <remarks>Zero disarms the timer. The real function reports an invalid value.</remarks>
    /// <param name="function">The real function, which returns −1 and sets <c>errno</c> on failure.</param>
    /// <param name="arguments">Its arguments as the target gave them.</param>
    /// <param name="value">Points to the one of them that is the new value.</param>
    /// <param name="old">Points to the one of them that says where the old value goes. The old value is the time that remained before the timer was
    /// first armed here.</param>
    /// <param name="clock">The timer's clock, or <see cref="Relative"/>.</param>
    public static nint Arm(RealFunction function, Arguments* arguments, nint* value, nint* old, int clock)
    {
        nint real = Real.AddressOf(function);
        itimerspec* given = (itimerspec*)*value;
        if (!OffsetSnapshot.IsVirtual(clock) || !IsDeadline(given))
            return Real.Invoke(real, arguments);

        timespec deadline = given->it_value;
        itimerspec host = *given;
        *value = (nint)(&host);
        while (true)
        {
            OffsetSnapshot snapshot;
            OffsetSnapshot.TakeWhole(&snapshot, clock);
            host.it_value = OffsetSnapshot.ToHostDeadline(&snapshot, clock, deadline);
            nint result = Real.Invoke(real, arguments);
            if (result != 0 || OffsetSnapshot.IsCurrent(&snapshot))
                return result;
            *old = 0;
        }
    }

    // The compiler makes code that takes a field's address touch the object. The address may be invalid, so it is treated as an array of timespec.
    private static bool IsDeadline(itimerspec* value) =>
        UserMemory.CanRead((timespec*)value)
        && UserMemory.CanRead((timespec*)value + 1)
        && TimespecMath.IsValidDeadline(value->it_value)
        && (value->it_value.tv_sec | value->it_value.tv_nsec) != 0;
}
