using VirtTime.Clocks;

namespace VirtTime.Config;

/// <summary>Whether a file's offsets are relative to the clocks of this boot.</summary>
internal static class BootCheck
{
    /// <summary>Whether they mean nothing here. An offset of nothing means the same on every host, and so does a date.</summary>
    public static bool IsOfOtherBoot(ConfigHeader header) => IsOfThisBoot(header) == false && HasOffset(header.Offsets);

    /// <summary>Null where the file or the kernel does not say.</summary>
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
