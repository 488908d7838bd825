using VirtTime.CommandLine;
using VirtTime.Clocks;
using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>Changes the offsets of a file that processes may have mapped, and with them the deadlines of their calls in flight.</summary>
internal static class ConfigAdjustment
{
    /// <summary>Sets the clocks that the request names.</summary>
    /// <returns>How many calls were in flight.</returns>
    /// <exception cref="LauncherException">A clock would be below zero, or the file cannot hold what was asked.</exception>
    public static int Apply(OpenConfig file, Request request, Func<HostClocks.Moment> hostClocks) =>
        Apply(file, hostClocks, request.Options.Force, forgetsSaved: false, (old, now) => Wanted(file, old, now, request));

    /// <summary>Sets the offsets that <paramref name="wanted"/> makes of the old ones and the host clocks.</summary>
    /// <param name="hostClocks">Read while the file is locked, right before the change.</param>
    /// <param name="force">Also where a process keeps a deadline that stays as it is.</param>
    /// <param name="forgetsSaved">The clocks that were saved have been used.</param>
    /// <returns>How many calls were in flight.</returns>
    /// <exception cref="LauncherException">The file cannot be read or mapped, or has calls that cannot be moved; nothing was changed.</exception>
    public static int Apply(
        OpenConfig file,
        Func<HostClocks.Moment> hostClocks,
        bool force,
        bool forgetsSaved,
        Func<ClockOffsets, HostClocks.Moment, ClockOffsets> wanted)
    {
        UnmovableCalls.RefuseReaders(file, force);
        using ConfigLock held = new(file);
        using LayoutMapping layout = new(file);
        UnmovableCalls.Refuse(layout, force);

        // Whatever can fail comes before the first store.
        int inFlight = SlotTable.Read(file).Count();
        layout.PrepareSlots();
        ClockOffsets old = ClockOffsets.Of(ConfigHeader.ReadNow(file));
        OffsetWriter.Write(layout, old, wanted(old, hostClocks()), force, forgetsSaved);
        return inFlight;
    }

    private static ClockOffsets Wanted(OpenConfig file, ClockOffsets old, HostClocks.Moment now, Request request)
    {
        ConfigHeader header = ConfigHeader.ReadNow(file);
        if (!header.HasRoom && (request.Boottime is not null || request.Realtime is not null))
            throw request.Realtime is not null ? ConfigErrors.NoRoomForDate(file.Path) : ConfigErrors.NoRoomForBoottime(file.Path);

        // An offset that stays as it is would pass for one of this boot.
        bool isStale = BootCheck.IsOfOtherBoot(header) && !request.Options.Force;
        if (isStale && request.Monotonic is null)
            throw ConfigErrors.MonotonicOfOtherBoot(file.Path);

        bool keepsBoottime = request.Boottime is null && !request.SharesBoottime;
        if (isStale && keepsBoottime && old.OwnBoottime is not null)
            throw ConfigErrors.BoottimeOfOtherBoot(file.Path);

        timespec monotonic = request.Monotonic?.OffsetAt(now.Monotonic, now.Realtime) ?? old.Monotonic;
        timespec? boottime = keepsBoottime ? old.OwnBoottime : request.Boottime?.OffsetAt(now.Boottime, now.Realtime);
        timespec? realtime = request.Realtime?.OffsetAt(now.Realtime, now.Realtime) ?? old.OwnRealtime;
        return new ClockOffsets(monotonic, boottime, realtime);
    }
}
