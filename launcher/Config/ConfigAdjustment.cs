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
        if (request.Boottime is not null && !header.HasRoom)
            throw ConfigErrors.NoRoomForBoottime(file.Path);

        // Only the monotonic offset is left then, and is not of this boot.
        bool staleMonotonic = request.SharesBoottime && request.Monotonic is null && BootCheck.IsOfOtherBoot(header);
        if (staleMonotonic && !request.Options.Force)
            throw ConfigErrors.OtherBoot(file.Path);

        bool keepsBoottime = request.Boottime is null && !request.SharesBoottime;
        bool staleBoottime = old.OwnBoottime is not null && keepsBoottime && BootCheck.IsOfOtherBoot(header);
        if (staleBoottime && !request.Options.Force)
            throw ConfigErrors.BoottimeOfOtherBoot(file.Path);

        timespec monotonic = request.Monotonic?.OffsetAt(now.Monotonic) ?? old.Monotonic;
        timespec? boottime = keepsBoottime ? old.OwnBoottime : request.Boottime?.OffsetAt(now.Boottime);
        return old with { Monotonic = monotonic, OwnBoottime = boottime };
    }
}
