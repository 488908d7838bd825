using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>
/// The conversion of an absolute timer value. It has no slot: once armed, a timer belongs to the kernel, and a
/// checkpointer brings it back with the time that remains. Only while it is being armed can the offset change under it,
/// so it is armed again if that happened.
/// </summary>
internal unsafe struct AbsoluteTimer
{
    private OffsetSnapshot _snapshot;
    private timespec _deadline;
    private itimerspec _host;

    /// <summary>
    /// Whether there is something to convert: a valid, non-zero value on a virtual clock. Zero disarms, and what is
    /// invalid gets its error from the real function.
    /// </summary>
    public static bool Begin(AbsoluteTimer* timer, int clock, itimerspec* value)
    {
        if (!ClockFamily.IsVirtual(clock) || !UserMemory.CanRead(&value->it_interval) || !UserMemory.CanRead(&value->it_value))
            return false;
        timer->_host = *value;
        timer->_deadline = value->it_value;
        timer->_snapshot.Clock = clock;
        return TimespecMath.IsValidDeadline(timer->_deadline) && (timer->_deadline.tv_sec | timer->_deadline.tv_nsec) != 0;
    }

    /// <summary>The value for the kernel, by the offset as it is now.</summary>
    public static itimerspec* Convert(AbsoluteTimer* timer)
    {
        timer->_snapshot = VirtualClock.Snapshot(timer->_snapshot.Clock);
        timer->_host.it_value = TimespecMath.ToHostDeadline(timer->_deadline, timer->_snapshot.Offset);
        return &timer->_host;
    }

    /// <summary>Whether the offset changed since, so that the timer may have been armed by the old one.</summary>
    public static bool IsStale(AbsoluteTimer* timer) => !VirtualClock.IsCurrent(&timer->_snapshot);
}
