using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>Writes offsets so that a reader that watches the sequence never mixes old and new.</summary>
internal static unsafe class OffsetWriter
{
    /// <summary>Changes more of the extension block, within the same odd sequence.</summary>
    internal delegate void Change(ConfigExtension* extension);

    /// <summary>
    /// The file must be locked. A block that another tool left zero is filled in, since the offsets are now of this boot.
    /// </summary>
    /// <param name="more">What else changes in the extension block.</param>
    /// <param name="thenSlots">
    /// Moves the slots, while the sequence is still odd: a thread that begins to wait meanwhile converts after the change, and
    /// what it published before is moved or published again.
    /// </param>
    public static void Write(ConfigFile file, ClockOffsets offsets, Change? more = null, Action? thenSlots = null)
    {
        if (file.Extension == null)
        {
            Store(file.Offset, offsets.Monotonic);
            thenSlots?.Invoke();
            return;
        }

        // First of all, since to a launcher that opens the file meanwhile a block that is neither zero nor marked is somebody else's.
        ConfigExtension* extension = file.Extension;
        BootId boot = BootId.Current();
        Volatile.Write(ref extension->magic, ConfigExtension.MagicValue);
        Volatile.Write(ref extension->version, Math.Max(extension->version, ConfigExtension.CurrentVersion));

        // Odd already where a writer died within: the numbers go on from there.
        ulong odd = extension->sequence | 1;
        Volatile.Write(ref extension->sequence, odd);
        Interlocked.MemoryBarrier();

        Store(file.Offset, offsets.Monotonic);
        Store(&extension->boottime_offset, offsets.OwnBoottime ?? extension->boottime_offset);
        Store(&extension->realtime_offset, offsets.OwnRealtime ?? extension->realtime_offset);
        const uint OwnOffsets = ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset;
        uint flags = extension->flags & ~OwnOffsets;
        flags |= offsets.OwnBoottime is null ? 0 : ConfigExtension.HasBoottimeOffset;
        flags |= offsets.OwnRealtime is null ? 0 : ConfigExtension.HasRealtimeOffset;
        Volatile.Write(ref extension->flags, flags);
        more?.Invoke(extension);
        ExtensionBlock.SetBoot(ref *extension, boot);

        Interlocked.MemoryBarrier();
        try
        {
            thenSlots?.Invoke();
        }
        finally
        {
            Volatile.Write(ref extension->sequence, odd + 1);
        }
    }

    private static void Store(timespec* place, timespec value)
    {
        Volatile.Write(ref place->tv_sec, value.tv_sec);
        Volatile.Write(ref place->tv_nsec, value.tv_nsec);
    }
}
