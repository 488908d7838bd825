namespace VirtTime.Config;

/// <summary>Whether a file's offsets are relative to the clocks of this boot.</summary>
internal static unsafe class BootCheck
{
    public static bool IsOfOtherBoot(ConfigFile file) => IsOfThisBoot(file) == false;

    /// <summary>Null where the file or the kernel does not say.</summary>
    public static bool? IsOfThisBoot(ConfigFile file)
    {
        if (!file.HasExtension)
            return null;

        BootId made = ExtensionBlock.GetBoot(*file.Extension);
        BootId current = BootId.Current();
        return made.IsKnown && current.IsKnown ? made == current : null;
    }
}
