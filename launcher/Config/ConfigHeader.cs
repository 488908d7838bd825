using System.Runtime.InteropServices;
using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>The offset and the extension block of a config file as they were at one moment.</summary>
/// <remarks>
/// Read with <c>pread</c>: through a mapping, a hole of a tmpfs file would become a page, and a file that is truncated meanwhile would end
/// us with SIGBUS.
/// </remarks>
internal sealed unsafe class ConfigHeader
{
    // A writer needs microseconds; a sequence that stays odd was left by one who died.
    private const int Tries = 100;

    private ConfigExtension _extension;

    public timespec Offset { get; private set; }

    /// <summary>All zero where the file has no room for it.</summary>
    public ref readonly ConfigExtension Extension => ref _extension;

    /// <summary>Whether the file is long enough for an extension block.</summary>
    public bool HasRoom { get; private init; }

    /// <summary>The offsets that the file says are in force.</summary>
    public ClockOffsets Offsets => HasExtension ? ClockOffsets.Of(Offset, _extension) : new ClockOffsets(Offset, null, null);

    /// <summary>Whether the block has been filled in by VirtTime.</summary>
    public bool HasExtension => HasRoom && _extension.magic == ConfigExtension.MagicValue;

    /// <summary>Somebody was changing the offsets, or died while doing so.</summary>
    public bool IsUnfinished => HasExtension && (_extension.sequence & 1) != 0;

    /// <summary>What is wrong with it; it can be shown all the same.</summary>
    public ConfigDefect Defect { get; private set; }

    /// <summary>Waits a tenth of a second for a writer, then reads what there is (<see cref="IsUnfinished"/>).</summary>
    /// <exception cref="LauncherException">It cannot be read, or was made shorter.</exception>
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

    /// <summary>Reads without waiting: half of a change may be in it, unless the file is locked.</summary>
    /// <exception cref="LauncherException">As of <see cref="Read"/>.</exception>
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
