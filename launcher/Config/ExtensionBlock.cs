namespace VirtTime.Config;

/// <summary>The extension block's boot, which is a byte array to the format.</summary>
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
}
