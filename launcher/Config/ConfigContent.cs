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
    public static ConfigContent For(RequestedClock? monotonic, RequestedClock? boottime, RequestedClock? realtime)
    {
        BootId boot = BootId.Current();
        HostClocks.Moment now = HostClocks.Now();
        timespec offset = monotonic?.OffsetAt(now.Monotonic, now.Realtime)
            ?? (boottime is null && realtime is null ? now.Monotonic : default);

        ConfigExtension extension = default;
        extension.magic = ConfigExtension.MagicValue;
        extension.version = ConfigExtension.CurrentVersion;
        if (boottime is not null)
        {
            extension.flags = ConfigExtension.HasBoottimeOffset;
            extension.boottime_offset = boottime.OffsetAt(now.Boottime, now.Realtime);
        }

        if (realtime is not null)
        {
            extension.flags |= ConfigExtension.HasRealtimeOffset;
            extension.realtime_offset = realtime.OffsetAt(now.Realtime, now.Realtime);
        }

        ExtensionBlock.SetBoot(ref extension, boot);
        return new ConfigContent(offset, extension);
    }
}
