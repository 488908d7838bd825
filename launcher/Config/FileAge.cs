using System.Globalization;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>For how long a file has not been written.</summary>
internal static class FileAge
{
    /// <summary>In seconds.</summary>
    public const long Minute = 60;

    /// <inheritdoc cref="Minute"/>
    public const long Day = 24 * 60 * Minute;

    private const int MillisecondsPerSecond = 1000;
    private const long MostCounted = 10_000;
    private const long NanosecondsPerMillisecond = 1_000_000;

    private static readonly Lazy<long> s_namespaceOffset =
        new(() => (long)(TimeNamespace.OfLauncher().Boottime / NanosecondsPerMillisecond), LazyThreadSafetyMode.None);

    /// <summary>By the wall clock; 0 where the file is gone, or written in the future.</summary>
    public static long OfSeconds(int directory, string name) => Math.Max(ByWallClock(directory, name) ?? 0, 0);

    /// <summary>What the name of a private file ends in: the time since the machine's boot, in milliseconds.</summary>
    public static long Stamp() => SinceBoot();

    /// <summary>What the launcher's time namespace adds to the time since the machine's boot, in seconds.</summary>
    public static long NamespaceOffset => s_namespaceOffset.Value / MillisecondsPerSecond;

    /// <summary>When a private file was made, in seconds since the boot. Null where the name does not tell.</summary>
    /// <remarks>Earlier versions counted their files from 0 to 9,999 in this place.</remarks>
    public static long? StampOf(ReadOnlySpan<char> suffix) =>
        long.TryParse(suffix, NumberStyles.None, CultureInfo.InvariantCulture, out long stamp) && stamp >= MostCounted ? stamp / MillisecondsPerSecond : null;

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

    /// <summary>When a private file was made at the earliest, in seconds since the machine's boot; 0 where that is not known.</summary>
    public static long BirthOf(int directory, string name, long? stamp)
    {
        // A stamp in the future comes from an earlier boot.
        long now = SinceBoot() / MillisecondsPerSecond;
        if (stamp is not null)
            return stamp <= now ? stamp.Value : 0;
        return ByWallClock(directory, name) is >= 0 and long age ? Math.Max(now - age, 0) : 0;
    }

    private static long? AgeOf(long? stamp) => (SinceBoot() / MillisecondsPerSecond) - stamp;

    private static long? ByWallClock(int directory, string name) =>
        statx_buffer.OfLinkAt(directory, name) is statx_buffer status
            && SystemCalls.clock_gettime(SystemCalls.CLOCK_REALTIME, out timespec now) == 0
            ? now.tv_sec - status.stx_mtime_seconds
            : null;

    // The machine's clock, so that launchers in different time namespaces agree.
    private static long SinceBoot()
    {
        SystemCalls.clock_gettime(SystemCalls.CLOCK_BOOTTIME, out timespec now);
        return (now.tv_sec * MillisecondsPerSecond) + (now.tv_nsec / NanosecondsPerMillisecond) - s_namespaceOffset.Value;
    }
}
