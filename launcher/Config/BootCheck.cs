namespace VirtTime.Config;

/// <summary>Whether a file's offsets are relative to the clocks of this boot.</summary>
internal static unsafe class BootCheck
{
    // A writer needs microseconds; an odd sequence that stays was left by one who died.
    private const int Tries = 20;

    public static bool IsOfOtherBoot(ConfigFile file) => IsOfThisBoot(file) == false;

    /// <summary>Null where the file or the kernel does not say.</summary>
    public static bool? IsOfThisBoot(ConfigFile file)
    {
        if (!file.HasExtension)
            return null;

        BootId made = ReadBoot(file.Extension);
        BootId current = BootId.Current();
        return made.IsKnown && current.IsKnown ? made == current : null;
    }

    // Whole, and not half of what a writer is putting there.
    private static BootId ReadBoot(ConfigExtension* extension)
    {
        for (int i = 0; i < Tries; i++)
        {
            ulong sequence = Volatile.Read(ref extension->sequence);
            BootId boot = ExtensionBlock.GetBoot(*extension);
            Interlocked.MemoryBarrier();
            if ((sequence & 1) == 0 && Volatile.Read(ref extension->sequence) == sequence)
                return boot;
            Thread.Sleep(1);
        }

        return ExtensionBlock.GetBoot(*extension);
    }
}
