using System.Runtime.InteropServices;
using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>The offset and the extension block of a config file as they were at one moment.</summary>
/// <remarks>
/// They are read with <c>pread</c>. Reading a hole of a tmpfs file through a mapping would allocate a page, and reading a truncated file
/// would raise SIGBUS.
/// </remarks>
internal sealed unsafe class ConfigHeader
{
    // In milliseconds. A writer needs microseconds, so the writer of a sequence that stays odd has died.
    private const int Tries = 100;

    private ConfigExtension _extension;

    public timespec Offset { get; private set; }

    /// <summary>All zero if the file has no room for an extension block.</summary>
    public ref readonly ConfigExtension Extension => ref _extension;

    /// <summary>Whether the file is long enough for an extension block.</summary>
    public bool HasRoom { get; private init; }

    /// <summary>The offsets that are in force. Without an extension block, only the monotonic offset is.</summary>
    public ClockOffsets Offsets => HasExtension ? ClockOffsets.Of(Offset, _extension) : new ClockOffsets(Offset, null, null);

    /// <summary>Whether VirtTime has filled in the extension block.</summary>
    public bool HasExtension => HasRoom && _extension.magic == ConfigExtension.MagicValue;

    /// <summary>Whether a writer was changing the offsets, or died while it did.</summary>
    public bool IsUnfinished => HasExtension && (_extension.sequence & 1) != 0;

    /// <summary>Why the file is no config file, or <see cref="ConfigDefect.None"/>.</summary>
    public ConfigDefect Defect { get; private set; }

    /// <summary>Waits up to 100 ms for a writer to finish. After that the result may be half changed (<see cref="IsUnfinished"/>).</summary>
    /// <exception cref="LauncherException">The file cannot be read, or was made shorter.</exception>
    public static ConfigHeader Read(OpenConfig file)
    {
        for (int i = 0; ; i++)
        {
            ConfigHeader header = ReadNow(file);
            bool isWhole = !header.HasExtension || (!header.IsUnfinished && ReadSequence(file) == header._extension.sequence);
            if (isWhole || i == Tries)
                return header;
            Thread.Sleep(1);
        }
    }

    /// <summary>Reads without waiting. Unless the caller holds the lock, the result may be half changed.</summary>
    /// <exception cref="LauncherException">The file cannot be read, or was made shorter.</exception>
    public static ConfigHeader ReadNow(OpenConfig file)
    {
        ConfigHeader header = new() { HasRoom = ConfigFormat.HasExtension(file.Size) };
        timespec offset = default;
        byte* block = stackalloc byte[ConfigLayout.ExtensionSize];
        new Span<byte>(block, ConfigLayout.ExtensionSize).Clear();
        if (header.HasRoom)
            file.ReadAt(ConfigLayout.ExtensionPosition, new Span<byte>(block, ConfigLayout.ExtensionSize));
        if (file.Size >= ConfigLayout.SmallestFileSize)
            file.ReadAt(ConfigLayout.OffsetPosition, MemoryMarshal.AsBytes(new Span<timespec>(ref offset)));

        header._extension = *(ConfigExtension*)block;
        header.Offset = offset;
        header.Defect = ConfigFormat.Check(file.Size, &offset, (ConfigExtension*)block);
        return header;
    }

    private static ulong ReadSequence(OpenConfig file)
    {
        ulong sequence = 0;
        long position = ConfigLayout.ExtensionPosition + (long)Marshal.OffsetOf<ConfigExtension>(nameof(ConfigExtension.sequence));
        file.ReadAt(position, MemoryMarshal.AsBytes(new Span<ulong>(ref sequence)));
        return sequence;
    }
}
