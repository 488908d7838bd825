using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>A change of the virtual clocks.</summary>
/// <param name="Now">The host clocks at the change.</param>
internal readonly record struct ClockMove(ClockOffsets Old, ClockOffsets New, HostClocks.Moment Now)
{
    /// <summary>Whether deadlines on the realtime clocks are converted by a rate. Otherwise a difference is added to them.</summary>
    private bool ConvertsRealtime => (Old.HasRate || New.HasRate) && !ClockLine.AreEqual(Old.Realtime, New.Realtime);

    /// <summary>What a host deadline on a clock becomes. Clocks without an offset, such as processor-time clocks, keep theirs.</summary>
    /// <param name="deadline">Valid and not zero.</param>
    public unsafe timespec Convert(int clock, timespec deadline)
    {
        ConfigChange change = default;
        Describe(ref change);
        return ClockFamilies.IsAny(clock) ? ConfigChange.Moved(&change, clock, deadline) : deadline;
    }

    /// <summary>The host deadline that the change has converted into this one, rounded up.</summary>
    public timespec ConvertBack(int clock, timespec deadline) => new ClockMove(New, Old, Now).Convert(clock, deadline);

    /// <summary>Whether deadlines on a clock come earlier or later by the host's clock.</summary>
    public bool Moves(int clock)
    {
        if (!ClockFamilies.IsAny(clock))
            return false;
        if (ClockFamilies.IsRealtime(clock) && ConvertsRealtime)
            return true;
        timespec difference = DifferenceOf(ClockFamilies.Of(clock));
        return (difference.tv_sec | difference.tv_nsec) != 0;
    }

    /// <summary>Describes how deadlines change.</summary>
    public void Describe(ref ConfigChange change)
    {
        change.monotonic_difference = DifferenceOf(ClockFamily.Monotonic);
        change.boottime_difference = DifferenceOf(ClockFamily.Boottime);
        change.realtime_difference = DifferenceOf(ClockFamily.Realtime);
        change.new_realtime = New.Realtime;
        if (!ConvertsRealtime)
            return;
        change.converts_realtime = 1;
        change.old_realtime = Old.Realtime;
        change.moment = Now.Realtime;
        change.leap = Now.Leap;
    }

    private timespec DifferenceOf(ClockFamily family) => family switch
    {
        ClockFamily.Boottime => TimespecMath.Subtract(New.Boottime, Old.Boottime),
        ClockFamily.Realtime => TimespecMath.Subtract(New.Realtime.offset, Old.Realtime.offset),
        _ => TimespecMath.Subtract(New.Monotonic, Old.Monotonic),
    };
}
