using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>What the extension block says, in the launcher's types.</summary>
internal static unsafe class ExtensionBlock
{
    private const int BootIdSize = 16;

    public static BootId GetBoot(in ConfigExtension extension)
    {
        fixed (byte* bytes = extension.boot_id)
            return BootId.From(new ReadOnlySpan<byte>(bytes, BootIdSize));
    }

    public static void SetBoot(ref ConfigExtension extension, BootId boot)
    {
        fixed (byte* bytes = extension.boot_id)
            boot.CopyTo(new Span<byte>(bytes, BootIdSize));
    }

    /// <summary>
    /// Whether a process has said that it keeps a deadline outside the file. It says so before it converts the deadline. So a writer that looks once the
    /// sequence is odd sees it, or the process sees the odd sequence and waits.
    /// </summary>
    /// <param name="extension">The block; null where there is none.</param>
    public static bool HasUnmovableCalls(ConfigExtension* extension) =>
        extension != null && (Volatile.Read(ref extension->flags) & ConfigExtension.HasUnmovableCalls) != 0;
}
