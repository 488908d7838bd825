using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>The offset and the extension block of a new config file.</summary>
internal readonly record struct ConfigContent(timespec Offset, ConfigExtension Extension)
{
    /// <summary>
    /// Computes the offsets from the host clocks of this moment. Without any clock option the virtual monotonic clock starts at zero.
    /// If only other clocks are given, the monotonic clock stays the host's.
    /// </summary>
    /// <exception cref="LauncherException">A clock would be below zero, or too far for a config file.</exception>
    /// <param name="rate">The rate of the realtime clocks; null if they run as fast as the host's.</param>
    public static ConfigContent For(RequestedClock? monotonic, RequestedClock? boottime, RequestedClock? realtime, ulong? rate)
    {
        BootId boot = BootId.Current();
        HostClocks.Moment now = HostClocks.Now();
        timespec offset = monotonic?.OffsetAt(now.Monotonic, now.Realtime)
            ?? (boottime is null && realtime is null && rate is null ? now.Monotonic : default);

        ConfigExtension extension = default;
        extension.magic = ConfigExtension.MagicValue;
        if (boottime is not null)
        {
            extension.flags = ConfigExtension.HasBoottimeOffset;
            extension.boottime_offset = boottime.OffsetAt(now.Boottime, now.Realtime);
        }

        if (realtime is not null || rate is not null)
        {
            timespec difference = realtime?.OffsetAt(now.Realtime, now.Realtime) ?? default;
            ExtensionBlock.SetRealtime(ref extension, ClockOffsets.LineOf(difference, rate ?? ClockLine.HostRate, now.Realtime));
        }

        extension.version = ConfigExtension.VersionFor(extension.flags);
        ExtensionBlock.SetBoot(ref extension, boot);
        return new ConfigContent(offset, extension);
    }
}
