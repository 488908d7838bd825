using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>How the clocks of a config file follow the host's, for each family of clocks. An offset is host − virtual.</summary>
/// <param name="OwnBoottime">The boottime family's own offset; null if the family shares <paramref name="Monotonic"/>.</param>
/// <param name="OwnRealtime">The realtime family's line; null if the family follows the host.</param>
internal readonly record struct ClockOffsets(timespec Monotonic, timespec? OwnBoottime, ClockLine? OwnRealtime)
{
    public timespec Boottime => OwnBoottime ?? Monotonic;

    public ClockLine Realtime => OwnRealtime ?? LineOf(default, ClockLine.HostRate, default);

    /// <summary>Whether the realtime clocks run at another rate than the host's, or stand still.</summary>
    public bool HasRate => Realtime.rate != ClockLine.HostRate;

    /// <summary>The line of clocks that begin at a rate from what the host's clock reads now.</summary>
    /// <param name="offset">host − virtual now.</param>
    /// <param name="now">The host's <c>CLOCK_REALTIME</c>.</param>
    public static ClockLine LineOf(timespec offset, ulong rate, timespec now)
    {
        // The reference of a line at the host's rate does not matter. A file does not hold it.
        ClockLine line;
        line.offset = offset;
        line.reference = rate == ClockLine.HostRate ? default : now;
        line.rate = rate;
        return line;
    }

    /// <summary>What the virtual clocks read at a moment.</summary>
    public HostClocks.Moment Read(HostClocks.Moment host) => new(
        TimespecMath.Subtract(host.Monotonic, Monotonic),
        TimespecMath.Subtract(host.Boottime, Boottime),
        ReadRealtime(host.Realtime));

    /// <summary>What the virtual <c>CLOCK_REALTIME</c> reads when the host's reads <paramref name="host"/>.</summary>
    public timespec ReadRealtime(timespec host) =>
        HasRate ? ClockLine.ToVirtual(Realtime, host) : TimespecMath.Subtract(host, Realtime.offset);

    /// <summary>What the virtual clock reads at a host deadline.</summary>
    /// <remarks>A date that stands still never comes to a later deadline. The call ends when the time left has passed on the host's clock.</remarks>
    public timespec ReadAt(int clock, timespec deadline, HostClocks.Moment now)
    {
        if (!ClockFamilies.IsRealtime(clock))
            return TimespecMath.Subtract(deadline, ClockFamilies.IsBoottime(clock) ? Boottime : Monotonic);

        long leap = clock == Time.CLOCK_TAI ? now.Leap : 0;
        deadline.tv_sec -= leap;
        timespec time = Realtime.rate == 0
            ? TimespecMath.Add(ReadRealtime(now.Realtime), TimespecMath.Subtract(deadline, now.Realtime))
            : ReadRealtime(deadline);
        time.tv_sec += leap;
        return time;
    }

    /// <summary>The offsets with every virtual clock set forward by <paramref name="advance"/>; a negative time sets them back.</summary>
    public ClockOffsets Advanced(timespec advance)
    {
        ClockLine? realtime = OwnRealtime;
        if (realtime is ClockLine line)
        {
            line.offset = TimespecMath.Subtract(line.offset, advance);
            realtime = line;
        }

        return new ClockOffsets(
            TimespecMath.Subtract(Monotonic, advance),
            OwnBoottime is timespec boottime ? TimespecMath.Subtract(boottime, advance) : null,
            realtime);
    }

    /// <summary>The offsets in a file's offset and extension block; the block may be all zero.</summary>
    public static ClockOffsets Of(timespec offset, in ConfigExtension extension) => new(
        offset,
        (extension.flags & ConfigExtension.HasBoottimeOffset) != 0 ? extension.boottime_offset : null,
        (extension.flags & ConfigExtension.HasRealtimeOffset) != 0 ? LineIn(extension) : null);

    private static ClockLine LineIn(in ConfigExtension extension) => (extension.flags & ConfigExtension.HasRealtimeRate) != 0
        ? LineOf(extension.realtime_offset, extension.realtime_rate.rate, extension.realtime_rate.reference)
        : LineOf(extension.realtime_offset, ClockLine.HostRate, default);
}
