using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Commands.Namespaces;

/// <summary>Computes the requested clocks for a time namespace: the offsets that a new config file would hold, with the opposite sign.</summary>
internal static class NamespaceClocks
{
    // The kernel limits a clock of a time namespace to half of the range of 63-bit nanoseconds, which is 146 years.
    private const long FarthestSeconds = 4_611_686_018;

    /// <summary>The differences to add to the clocks that this process sees.</summary>
    /// <exception cref="LauncherException">A clock would read less than zero, or more than the kernel allows.</exception>
    public static TimeNamespace.Difference For(Request request)
    {
        ConfigContent content = request.NewContent();
        bool hasBoottime = (content.Extension.flags & ConfigExtension.HasBoottimeOffset) != 0;
        Int128 monotonic = -Nanoseconds128.Of(content.Offset);
        Int128 boottime = hasBoottime ? -Nanoseconds128.Of(content.Extension.boottime_offset) : monotonic;

        HostClocks.Moment now = HostClocks.Now();
        Check(request.Monotonic, Nanoseconds128.Of(now.Monotonic) + monotonic);
        Check(request.Boottime ?? request.Monotonic, Nanoseconds128.Of(now.Boottime) + boottime);
        return new TimeNamespace.Difference(monotonic, boottime);
    }

    private static void Check(RequestedClock? setting, Int128 reading)
    {
        string option = "--" + (setting?.Option ?? OptionNames.Backend);
        if (reading < 0)
            throw new LauncherException(option, "CLOCK_BOOTTIME would be below zero, which no clock can be; give --boottime-at or --boottime-offset");
        if (Nanoseconds128.Split(reading).Seconds >= FarthestSeconds)
            throw new LauncherException(option, "too far: a clock of a time namespace cannot go beyond 4611686018 s (146 years); use --backend preload");
    }
}
