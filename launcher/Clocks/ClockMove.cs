using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>A change of the offsets, for what does not lie in the file.</summary>
internal readonly record struct ClockMove(ClockOffsets Old, ClockOffsets New)
{
    /// <summary>What is added to a host deadline, by the clock's id. Zero for clocks that have no offset, such as those of processor time.</summary>
    public timespec Of(int clock) => ClockFamilies.IsAny(clock) ? TimespecMath.Subtract(New.Of(clock), Old.Of(clock)) : default;

    /// <summary>Whether the virtual clock reads less than before, so that a time on it comes later.</summary>
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
