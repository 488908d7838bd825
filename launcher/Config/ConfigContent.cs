using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>What goes into a new config file.</summary>
internal readonly record struct ConfigContent(timespec Offset, ConfigExtension Extension)
{
    /// <summary>
    /// Offsets that make the clocks read what was asked, from the host clocks of this moment. Without any clock option the virtual
    /// monotonic clock starts at zero; with only one for another clock, the monotonic clock stays the host's.
    /// </summary>
    /// <exception cref="LauncherException">A clock would be below zero.</exception>
    public static ConfigContent For(Request request)
    {
        BootId boot = BootId.Current();
        HostClocks.Moment now = HostClocks.Now();
        timespec offset = request.Monotonic?.OffsetAt(now.Monotonic, now.Realtime)
            ?? (request.Boottime is null && request.Realtime is null ? now.Monotonic : default);

        ConfigExtension extension = default;
        extension.magic = ConfigExtension.MagicValue;
        extension.version = ConfigExtension.CurrentVersion;
        if (request.Boottime is not null)
        {
            extension.flags = ConfigExtension.HasBoottimeOffset;
            extension.boottime_offset = request.Boottime.OffsetAt(now.Boottime, now.Realtime);
        }

        if (request.Realtime is not null)
        {
            extension.flags |= ConfigExtension.HasRealtimeOffset;
            extension.realtime_offset = request.Realtime.OffsetAt(now.Realtime, now.Realtime);
        }

        ExtensionBlock.SetBoot(ref extension, boot);
        return new ConfigContent(offset, extension);
    }
}
