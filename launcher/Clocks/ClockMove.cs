using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>A change of the offsets, as a time difference for each clock.</summary>
internal readonly record struct ClockMove(ClockOffsets Old, ClockOffsets New)
{
    /// <summary>The time to add to a host deadline on a clock. Zero for clocks that have no offset, such as processor-time clocks.</summary>
    public timespec Of(int clock) => ClockFamilies.IsAny(clock) ? TimespecMath.Subtract(New.Of(clock), Old.Of(clock)) : default;

    /// <summary>Whether the virtual clock is set back, so that deadlines on it come later.</summary>
    public bool SetsBack(int clock)
    {
        timespec difference = Of(clock);
        return difference.tv_sec > 0 || (difference.tv_sec == 0 && difference.tv_nsec > 0);
    }

    public bool Moves(int clock)
    {
        timespec difference = Of(clock);
        return (difference.tv_sec | difference.tv_nsec) != 0;
    }
}
