using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>Reads and writes fields of the extension block in the launcher's types.</summary>
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

    /// <summary>Sets how the realtime clocks follow the host's, in a block that no process uses yet.</summary>
    public static void SetRealtime(ref ConfigExtension extension, in ClockLine line)
    {
        extension.flags |= ConfigExtension.HasRealtimeOffset;
        extension.realtime_offset = line.offset;
        if (line.rate == ClockLine.HostRate)
            return;
        extension.flags |= ConfigExtension.HasRealtimeRate;
        extension.realtime_rate.rate = line.rate;
        extension.realtime_rate.reference = line.reference;
        extension.sequence = ConfigExtension.RateBit;
    }

    /// <summary>
    /// Whether a process has set the flag that it keeps a deadline outside the file. The process sets the flag before it reads the offsets;
    /// a writer makes the sequence odd before it reads the flag. So the writer sees the flag, or the process sees the odd sequence and waits.
    /// </summary>
    /// <param name="extension">The block, or null.</param>
    public static bool HasUnmovableCalls(ConfigExtension* extension) =>
        extension != null && (Volatile.Read(ref extension->flags) & ConfigExtension.HasUnmovableCalls) != 0;
}
