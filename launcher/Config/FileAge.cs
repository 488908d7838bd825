using System.Globalization;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>The age of a file: the time since it was last written, or since a private config file was created.</summary>
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

    /// <summary>The age by the wall clock, in seconds; 0 if the file is gone or its modification time lies in the future.</summary>
    public static long OfSeconds(int directory, string name) => Math.Max(ByWallClock(directory, name) ?? 0, 0);

    /// <summary>The time since the machine's boot in milliseconds, for the end of a private config file's name.</summary>
    public static long Stamp() => SinceBoot();

    /// <summary>The offset of <c>CLOCK_BOOTTIME</c> in the launcher's time namespace, in seconds.</summary>
    public static long NamespaceOffset => s_namespaceOffset.Value / MillisecondsPerSecond;

    /// <summary>When a private file was made, in seconds since the boot. Null where the name does not tell.</summary>
    /// <remarks>Earlier versions counted their files from 0 to 9,999 in this place.</remarks>
    public static long? StampOf(ReadOnlySpan<char> suffix) =>
        long.TryParse(suffix, NumberStyles.None, CultureInfo.InvariantCulture, out long stamp) && stamp >= MostCounted ? stamp / MillisecondsPerSecond : null;

    /// <summary>The age of a private config file, in seconds: by its stamp or by its modification time, the smaller one.</summary>
    /// <remarks>
    /// If the wall clock was set meanwhile, the modification time is too old or lies in the future. The stamp of an earlier boot makes a file
    /// look too young, or lies in the future if that boot lasted longer than this one has by now. A time in the future does not count.
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

    // In milliseconds, without the offset of the time namespace: launchers in different time namespaces agree on it.
    private static long SinceBoot()
    {
        SystemCalls.clock_gettime(SystemCalls.CLOCK_BOOTTIME, out timespec now);
        return (now.tv_sec * MillisecondsPerSecond) + (now.tv_nsec / NanosecondsPerMillisecond) - s_namespaceOffset.Value;
    }
}
