using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>The offsets of a config file: host − virtual, one for each family of clocks.</summary>
/// <param name="OwnBoottime">The boottime family's own offset; null if the family shares <paramref name="Monotonic"/>.</param>
/// <param name="OwnRealtime">The realtime family's offset; null if the family follows the host.</param>
internal readonly record struct ClockOffsets(timespec Monotonic, timespec? OwnBoottime, timespec? OwnRealtime)
{
    public timespec Boottime => OwnBoottime ?? Monotonic;

    public timespec Realtime => OwnRealtime ?? default;

    public timespec Of(int clock) => ClockFamilies.Of(clock) switch
    {
        ClockFamily.Boottime => Boottime,
        ClockFamily.Realtime => Realtime,
        _ => Monotonic,
    };

    /// <summary>The offsets with every virtual clock set forward by <paramref name="advance"/>; a negative time sets them back.</summary>
    public ClockOffsets Advanced(timespec advance) => new(
        TimespecMath.Subtract(Monotonic, advance),
        OwnBoottime is timespec boottime ? TimespecMath.Subtract(boottime, advance) : null,
        OwnRealtime is timespec realtime ? TimespecMath.Subtract(realtime, advance) : null);

    /// <summary>The offsets in a file's offset and extension block; the block may be all zero.</summary>
    public static ClockOffsets Of(timespec offset, in ConfigExtension extension) => new(
        offset,
        (extension.flags & ConfigExtension.HasBoottimeOffset) != 0 ? extension.boottime_offset : null,
        (extension.flags & ConfigExtension.HasRealtimeOffset) != 0 ? extension.realtime_offset : null);
}
