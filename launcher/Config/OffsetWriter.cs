using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>Changes the offsets and moves the deadlines. A reader that checks the sequence never mixes old and new offsets.</summary>
internal static unsafe class OffsetWriter
{
    /// <summary>Stores the saved clocks in the extension block, while the sequence is odd.</summary>
    internal delegate void StoreSavedClocks(ConfigExtension* extension);

    /// <summary>
    /// Writes new offsets. The file must be locked. An extension block of zeros (another tool's file) is filled in, because the offsets are
    /// now relative to this boot.
    /// </summary>
    /// <remarks>
    /// The slots are moved while the sequence is odd. A thread that begins a wait meanwhile converts its deadline after the change; a deadline
    /// that it published before is moved, or the thread publishes it again.
    /// </remarks>
    /// <param name="layout">The file. Its slots must be prepared if the offsets differ.</param>
    /// <param name="forgetsSaved">Clear the saved clocks' flag: they have been used, or <paramref name="storeSaved"/> stores new ones.</param>
    /// <param name="keepsWaits">Do not move the deadlines. The record says so too, for a writer that completes the change.</param>
    /// <param name="storeSaved">Stores the clocks to save. It sets their flag last, so that half-stored clocks are not valid.</param>
    /// <param name="force">Change the offsets even if a process keeps a deadline outside the file.</param>
    /// <exception cref="LauncherException">A process keeps a deadline outside the file; nothing was changed.</exception>
    public static void Write(
        LayoutMapping layout,
        ClockMove move,
        bool force,
        bool forgetsSaved = false,
        bool keepsWaits = false,
        StoreSavedClocks? storeSaved = null)
    {
        ConfigChange change = Describe(layout, keepsWaits ? move with { Old = move.New } : move);
        ConfigExtension* extension = layout.Extension;
        if (extension == null)
        {
            *layout.Offset = move.New.Monotonic;
            layout.MoveSlots(&change);
            return;
        }

        FillIn(extension);
        if (forgetsSaved)
            change.flags &= ~(ulong)ConfigExtension.HasSavedClocks;
        ConfigChange.Begin(extension, change);
        if (!force && ExtensionBlock.HasUnmovableCalls(extension))
        {
            ConfigChange.Finish(extension);
            throw ConfigErrors.Unmovable(layout.File.Path);
        }

        ConfigChange.StoreOffsets(layout.Offset, extension);
        layout.MoveSlots(&extension->change);
        storeSaved?.Invoke(extension);
        ConfigChange.Finish(extension);
    }

    /// <summary>
    /// Makes readers wait until <see cref="Write"/> or <see cref="Release"/>, so that no reading lies between the moment from which a rate counts
    /// and the change. The file must be locked and have an extension block.
    /// </summary>
    /// <remarks>
    /// If the launcher is killed before <see cref="Write"/>, the odd sequence has no record. The next writer then only makes the sequence even.
    /// </remarks>
    public static void Hold(LayoutMapping layout)
    {
        ConfigExtension* extension = layout.Extension;
        FillIn(extension);
        ulong sequence = Volatile.Read(ref extension->sequence);
        Volatile.Write(ref extension->change.sequence, 0);
        Interlocked.MemoryBarrier();
        Volatile.Write(ref extension->sequence, ((sequence + 1) & ConfigExtension.CountBits) | 1 | (sequence & ConfigExtension.RateBit));
        Interlocked.MemoryBarrier();
    }

    /// <summary>Lets readers continue if <see cref="Hold"/> was not followed by a change. The next writer completes a change that was begun.</summary>
    public static void Release(LayoutMapping layout)
    {
        ConfigExtension* extension = layout.Extension;
        bool hasRecord = extension->change.sequence == extension->sequence;
        if (ConfigChange.IsUnfinished(extension) && !hasRecord)
            ConfigChange.Finish(extension);
    }

    /// <summary>Completes the change of a writer that died. The file must be locked.</summary>
    /// <exception cref="LauncherException">The file cannot be mapped or prepared; it is left unchanged.</exception>
    public static void Complete(OpenConfig file)
    {
        if (!file.IsWritable || !ConfigHeader.ReadNow(file).IsUnfinished)
            return;

        using LayoutMapping layout = new(file);
        ConfigExtension* extension = layout.Extension;
        if (extension->change.sequence == extension->sequence)
        {
            layout.PrepareSlots();
            ConfigChange.StoreOffsets(layout.Offset, extension);
            layout.CompleteSlots(&extension->change);
        }

        ConfigChange.Finish(extension);
    }

    // The magic comes first: a launcher that opens the file meanwhile refuses a block that is neither zero nor has the magic.
    private static void FillIn(ConfigExtension* extension)
    {
        Volatile.Write(ref extension->magic, ConfigExtension.MagicValue);
        Volatile.Write(ref extension->version, Math.Max(extension->version, ConfigExtension.CurrentVersion));
    }

    private static ConfigChange Describe(LayoutMapping layout, ClockMove move)
    {
        ConfigChange change = default;
        move.Describe(ref change);
        ClockOffsets offsets = move.New;
        change.offset = offsets.Monotonic;
        ConfigExtension* extension = layout.Extension;
        if (extension == null)
            return change;

        change.boottime_offset = offsets.OwnBoottime ?? extension->boottime_offset;
        change.realtime_offset = offsets.OwnRealtime?.offset ?? extension->realtime_offset;
        const uint Own = ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset | ConfigExtension.HasRealtimeRate;
        change.flags = extension->flags & ~Own;
        change.flags |= offsets.OwnBoottime is null ? 0 : ConfigExtension.HasBoottimeOffset;
        change.flags |= offsets.OwnRealtime is null ? 0 : ConfigExtension.HasRealtimeOffset;
        change.flags |= offsets.HasRate ? ConfigExtension.HasRealtimeRate : 0;
        BootId.Current().CopyTo(new Span<byte>(change.boot_id, 16));
        return change;
    }
}
