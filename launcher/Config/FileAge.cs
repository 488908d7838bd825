using System.Globalization;
using VirtTime.Base;
using VirtTime.Clocks;

namespace VirtTime.Config;

/// <summary>For how long a file has not been written.</summary>
internal static class FileAge
{
    /// <summary>In seconds.</summary>
    public const long Minute = 60;

    /// <inheritdoc cref="Minute"/>
    public const long Day = 24 * 60 * Minute;

    private const int MillisecondsPerSecond = 1000;

    /// <summary>By the wall clock; 0 where the file is gone, or written in the future.</summary>
    public static long OfSeconds(int directory, string name) => Math.Max(ByWallClock(directory, name) ?? 0, 0);

    /// <summary>What the name of a private file ends in: the time since the boot, in milliseconds.</summary>
    public static long Stamp() => MillisecondsOf(HostClocks.Now());

    /// <summary>When a private file was made, in seconds since the boot; 0 for one of an earlier version. Null where the name does not say.</summary>
    public static long? StampOf(ReadOnlySpan<char> suffix) =>
        long.TryParse(suffix, NumberStyles.None, CultureInfo.InvariantCulture, out long stamp) ? stamp / MillisecondsPerSecond : null;

    /// <summary>Of a private file, in seconds, whatever the wall clock has been set to since it was made.</summary>
    /// <remarks>
    /// The wall clock may have been set forward, so that the file looks old, or back, so that it was written in the future. By the stamp, a file of an
    /// earlier boot may look younger than it is; it was made in the future where that boot lasted longer than this one does by now.
    /// </remarks>
    public static long OfPrivate(int directory, string name, long? stamp)
    {
        long? byStamp = AgeOf(stamp);
        if (byStamp is >= 0 and <= Minute)
            return byStamp.Value;
        long? byWallClock = ByWallClock(directory, name);
        if (byWallClock is null)
            return 0;
        return (byStamp, byWallClock.Value) switch
        {
            (null or < 0, long age) => Math.Max(age, 0),
            (long age, < 0) => age,
            (long age, long other) => Math.Min(age, other),
        };
    }

    /// <summary>When a private file was made at the earliest, in seconds since the boot.</summary>
    public static long BirthOf(int directory, string name, long? stamp)
    {
        // Earlier versions counted from 0 in place of a stamp.
        const long Count = 10;
        if (stamp >= Count)
            return stamp.Value;
        long? byWallClock = ByWallClock(directory, name);
        return byWallClock >= 0 ? HostClocks.Now().Boottime.tv_sec - byWallClock.Value : 0;
    }

    private static long? AgeOf(long? stamp) => (MillisecondsOf(HostClocks.Now()) / MillisecondsPerSecond) - stamp;

    private static long? ByWallClock(int directory, string name) =>
        statx_buffer.OfLinkAt(directory, name) is statx_buffer status ? HostClocks.Now().Realtime.tv_sec - status.stx_mtime_seconds : null;

    private static long MillisecondsOf(in HostClocks.Moment now) =>
        (now.Boottime.tv_sec * MillisecondsPerSecond) + (now.Boottime.tv_nsec / 1_000_000);
}
