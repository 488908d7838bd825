namespace VirtTime.Config;

/// <summary>Whether a file's offsets are relative to the clocks of this boot.</summary>
internal static class BootCheck
{
    public static bool IsOfOtherBoot(ConfigHeader header) => IsOfThisBoot(header) == false;

    /// <summary>Null where the file or the kernel does not say.</summary>
    public static bool? IsOfThisBoot(ConfigHeader header)
    {
        if (!header.HasExtension)
            return null;

        BootId made = ExtensionBlock.GetBoot(header.Extension);
        BootId current = BootId.Current();
        return made.IsKnown && current.IsKnown ? made == current : null;
    }
}
