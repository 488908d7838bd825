using VirtTime.Config;
using VirtTime.Format;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Timers;

/// <summary>
/// Arming a timer with an absolute time. It has no slot: once armed, a timer belongs to the kernel, and a checkpointer
/// brings it back with the time that remains. Only while it is being armed can the offset change under it, so it is armed
/// again if that happened.
/// </summary>
internal static unsafe class AbsoluteTimer
{
    /// <summary>In place of a clock, for values that are durations.</summary>
    public const int Relative = -1;

    /// <summary>
    /// Calls <paramref name="function"/>, converting a valid, non-zero value on a virtual clock. Zero disarms, and what is
    /// invalid gets its error from the real function.
    /// </summary>
    /// <param name="function">The real function, which returns −1 and sets <c>errno</c>.</param>
    /// <param name="arguments">Its arguments as the target gave them.</param>
    /// <param name="value">Which of them is the new value.</param>
    /// <param name="old">Which of them is where the old value goes. It is what remained, and of the first arming.</param>
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
            OffsetSnapshot snapshot = OffsetSnapshot.Of(clock);
            host.it_value = OffsetSnapshot.ToHostDeadline(&snapshot, clock, deadline);
            nint result = Real.Invoke(real, arguments);
            if (result != 0 || OffsetSnapshot.IsCurrent(&snapshot))
                return result;
            *old = 0;
        }
    }

    // Taking the address of a field makes the compiler touch the object, so what may be no object is asked about as an array.
    private static bool IsDeadline(itimerspec* value) =>
        UserMemory.CanRead((timespec*)value)
        && UserMemory.CanRead((timespec*)value + 1)
        && TimespecMath.IsValidDeadline(value->it_value)
        && (value->it_value.tv_sec | value->it_value.tv_nsec) != 0;
}
