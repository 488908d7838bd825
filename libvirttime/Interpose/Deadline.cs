using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>Looks at a deadline as the kernel would, before anything is converted.</summary>
internal static unsafe class Deadline
{
    /// <summary>
    /// Whether <paramref name="deadline"/> is a valid time on a virtual clock, which it is copied from once. What is not
    /// goes to the real function as it is and gets its error from there.
    /// </summary>
    public static bool NeedsConversion(int clock, timespec* deadline, timespec* copy)
    {
        if (!ClockFamily.IsVirtual(clock) || !UserMemory.CanRead(deadline))
            return false;
        *copy = *deadline;
        return TimespecMath.IsValidDeadline(*copy);
    }
}
