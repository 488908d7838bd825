using VirtTime.Clocks;

namespace VirtTime.Config;

/// <summary>Tells whether the offsets in a config file are relative to the clocks of this boot.</summary>
internal static class BootCheck
{
    /// <summary>Whether the file has a monotonic or boottime offset of another boot. Zero and realtime offsets are valid on every host.</summary>
    public static bool IsOfOtherBoot(ConfigHeader header) => IsOfThisBoot(header) == false && HasOffset(header.Offsets);

    /// <summary>Null if the file has no boot id or the kernel does not give one.</summary>
    public static bool? IsOfThisBoot(ConfigHeader header)
    {
        if (!header.HasExtension)
            return null;

        BootId made = ExtensionBlock.GetBoot(header.Extension);
        BootId current = BootId.Current();
        return made.IsKnown && current.IsKnown ? made == current : null;
    }

    private static bool HasOffset(ClockOffsets offsets) =>
        (offsets.Monotonic.tv_sec | offsets.Monotonic.tv_nsec | offsets.Boottime.tv_sec | offsets.Boottime.tv_nsec) != 0;
}
