using System.Runtime.CompilerServices;

namespace VirtTime.Format;

/// <summary>Why a file is not accepted as a config file.</summary>
public enum ConfigDefect
{
    /// <summary>The file is a config file.</summary>
    None,

    /// <summary>Shorter than 16 bytes.</summary>
    TooShort,

    /// <summary>Its pages cannot be allocated or read.</summary>
    Unreadable,

    /// <summary>An ELF file or a script.</summary>
    Program,

    /// <summary>It has no VirtTime block, and a size that no tool gives to a config file.</summary>
    Size,

    /// <summary>The offset has nanoseconds out of range, or lies beyond ±2^61 s.</summary>
    Offset,

    /// <summary>The extension block is neither VirtTime's nor all zero.</summary>
    Foreign,

    /// <summary>As <see cref="Offset"/>, for an offset in the extension block.</summary>
    ExtensionOffset,

    /// <summary>A later version of the format, or unknown flags: the meaning of the rest is unknown.</summary>
    Newer,
}

/// <summary>Defines what a valid config file is.</summary>
/// <remarks>Compiled into the library, the launcher and the tests, so it uses nothing but memory and integers.</remarks>
public static unsafe class ConfigFormat
{
    // 0x7f E L F, then class and data encoding, each 1 or 2. Read as seconds that is millions of years, which no offset is.
    private const ulong ElfMask = 0xfcfc_ffff_ffff;
    private const ulong ElfMagic = 0x0000_464c_457f;

    // "#!", and an upper half that is text. The upper half of an offset that begins with these two bytes is only its sign extension.
    private const ulong ScriptMask = 0xffff;
    private const ulong ScriptMagic = 0x2123;

    /// <summary>Whether a file of this size has an extension block.</summary>
    public static bool HasExtension(long size) => size >= ConfigLayout.ExtensionPosition + ConfigLayout.ExtensionSize;

    /// <summary>Checks whether a file is a config file.</summary>
    /// <param name="size">Size of the file in bytes.</param>
    /// <param name="offset">Its first 16 bytes; not read if the file is shorter.</param>
    /// <param name="extension">Its extension block; not read if <see cref="HasExtension"/> is false.</param>
    public static ConfigDefect Check(long size, timespec* offset, ConfigExtension* extension)
    {
        if (size < ConfigLayout.SmallestFileSize)
            return ConfigDefect.TooShort;
        bool isOurs = HasExtension(size) && extension->magic == ConfigExtension.MagicValue;
        if (!isOurs && IsProgram((ulong)offset->tv_sec))
            return ConfigDefect.Program;
        if (!isOurs && !IsCLayoutSize(size))
            return ConfigDefect.Size;
        if (isOurs && IsNewer(extension->version, extension->flags))
            return ConfigDefect.Newer;
        if (!IsPlausible(*offset))
            return ConfigDefect.Offset;
        if (!isOurs)
            return HasExtension(size) && !IsZero(extension) ? ConfigDefect.Foreign : ConfigDefect.None;
        return IsPlausible(extension->boottime_offset) && IsPlausible(extension->realtime_offset) && HasPlausibleRate(extension)
            ? ConfigDefect.None
            : ConfigDefect.ExtensionOffset;
    }

    /// <summary>Whether a block has a later version, or flags that this version does not know.</summary>
    /// <remarks>Version 0 is accepted: a launcher that fills in the block of another tool's file stores the magic before the version.</remarks>
    public static bool IsNewer(uint version, uint flags) =>
        version > ConfigExtension.NewestVersion || (flags & ~ConfigExtension.KnownFlags) != 0;

    /// <summary>Whether an offset is within ±<see cref="TimespecMath.FarthestSeconds"/> and has its nanoseconds in range.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsPlausible(timespec offset) =>
        offset.tv_sec >= -TimespecMath.FarthestSeconds && offset.tv_sec <= TimespecMath.FarthestSeconds && TimespecMath.HasValidNanoseconds(offset);

    // A rate counts only together with an offset of the date.
    private static bool HasPlausibleRate(ConfigExtension* extension) => (extension->flags & ConfigExtension.HasRealtimeRate) == 0
        || ((extension->flags & ConfigExtension.HasRealtimeOffset) != 0
            && extension->realtime_rate.rate <= ClockLine.FastestRate && IsPlausible(extension->realtime_rate.reference));

    // The sizes that the C library, its examples and fastfreeze use, and VirtTime's own while the block is still empty.
    private static bool IsCLayoutSize(long size) =>
        size is ConfigLayout.SmallestFileSize or ConfigLayout.OnePage
            or ConfigLayout.CLayoutEnd or ConfigLayout.CFileSize or ConfigLayout.FileSize;

    private static bool IsProgram(ulong start) =>
        (start & ElfMask) == ElfMagic || ((start & ScriptMask) == ScriptMagic && (start >> 32) is not (0 or 0xffff_ffff));

    private static bool IsZero(ConfigExtension* extension)
    {
        ulong* words = (ulong*)extension;
        for (int i = 0; i < ConfigLayout.ExtensionSize / sizeof(ulong); i++)
        {
            if (words[i] != 0)
                return false;
        }

        return true;
    }
}
