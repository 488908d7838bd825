using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>Changes offsets so that a reader that watches the sequence never mixes old and new, and moves the deadlines along.</summary>
internal static unsafe class OffsetWriter
{
    /// <summary>Changes more of the extension block, within the same odd sequence.</summary>
    internal delegate void More(ConfigExtension* extension);

    /// <summary>
    /// The file must be locked. A block that another tool left zero is filled in, since the offsets are now of this boot.
    /// </summary>
    /// <remarks>
    /// The slots are moved while the sequence is still odd: a thread that begins to wait meanwhile converts after the change, and
    /// what it published before is moved or published again. A file without room for a block has none for writing the change down either.
    /// </remarks>
    /// <param name="layout">The file; its slots prepared where the offsets differ.</param>
    /// <param name="forgetsSaved">The clocks that were saved have been used, or are to be noted anew.</param>
    /// <param name="keepsWaits">Leave the deadlines as they are. The change that is written down says so too: another writer may complete it.</param>
    /// <param name="more">Notes the clocks to be saved, and sets their flag last, so that half a note is none.</param>
    /// <param name="force">Also where a process has said meanwhile that it keeps a deadline elsewhere.</param>
    /// <exception cref="LauncherException">One has; nothing was changed.</exception>
    public static void Write(
        LayoutMapping layout,
        ClockOffsets old,
        ClockOffsets offsets,
        bool force,
        bool forgetsSaved = false,
        bool keepsWaits = false,
        More? more = null)
    {
        ConfigChange change = Describe(layout, keepsWaits ? offsets : old, offsets);
        ConfigExtension* extension = layout.Extension;
        if (extension == null)
        {
            *layout.Offset = offsets.Monotonic;
            layout.MoveSlots(&change);
            return;
        }

        // First of all, since to a launcher that opens the file meanwhile a block that is neither zero nor marked is somebody else's.
        Volatile.Write(ref extension->magic, ConfigExtension.MagicValue);
        Volatile.Write(ref extension->version, Math.Max(extension->version, ConfigExtension.CurrentVersion));

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
        more?.Invoke(extension);
        ConfigChange.Finish(extension);
    }

    /// <summary>Completes what a writer left behind that died. The file must be locked.</summary>
    /// <exception cref="LauncherException">The file cannot be mapped or prepared; it is left as it was.</exception>
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

    private static ConfigChange Describe(LayoutMapping layout, ClockOffsets old, ClockOffsets offsets)
    {
        ConfigChange change = default;
        change.offset = offsets.Monotonic;
        change.monotonic_difference = TimespecMath.Subtract(offsets.Monotonic, old.Monotonic);
        change.boottime_difference = TimespecMath.Subtract(offsets.Boottime, old.Boottime);
        change.realtime_difference = TimespecMath.Subtract(offsets.Realtime, old.Realtime);
        ConfigExtension* extension = layout.Extension;
        if (extension == null)
            return change;

        change.boottime_offset = offsets.OwnBoottime ?? extension->boottime_offset;
        change.realtime_offset = offsets.OwnRealtime ?? extension->realtime_offset;
        const uint OwnOffsets = ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset;
        change.flags = extension->flags & ~OwnOffsets;
        change.flags |= offsets.OwnBoottime is null ? 0 : ConfigExtension.HasBoottimeOffset;
        change.flags |= offsets.OwnRealtime is null ? 0 : ConfigExtension.HasRealtimeOffset;
        BootId.Current().CopyTo(new Span<byte>(change.boot_id, 16));
        return change;
    }
}
