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
    public static int Apply(ConfigFile file, Request request, Func<HostClocks.Moment> hostClocks) =>
        Apply(file, hostClocks, (old, now) => Wanted(file, old, now, request));

    /// <summary>Sets the offsets that <paramref name="wanted"/> makes of the old ones and the host clocks.</summary>
    /// <param name="hostClocks">Read while the file is locked, right before the change.</param>
    /// <returns>How many calls were in flight.</returns>
    public static int Apply(ConfigFile file, Func<HostClocks.Moment> hostClocks, Func<ClockOffsets, HostClocks.Moment, ClockOffsets> wanted)
    {
        using ConfigLock held = new(file);
        ClockOffsets old = ClockOffsets.Read(file);
        ClockOffsets offsets = wanted(old, hostClocks());
        int moved = 0;
        OffsetWriter.Write(file, offsets, thenSlots: () =>
        {
            List<Slot> slots = SlotTable.Read(file);
            SlotWriter.Shift(file, slots, old, offsets);
            moved = slots.Count;
        });
        return moved;
    }

    private static ClockOffsets Wanted(ConfigFile file, ClockOffsets old, HostClocks.Moment now, Request request)
    {
        if (request.Boottime is not null && !HasRoom(file))
            throw ConfigErrors.NoRoomForBoottime(file.Path);

        bool staleBoottime = old.OwnBoottime is not null && request.Boottime is null && BootCheck.IsOfOtherBoot(file);
        if (staleBoottime && !request.Options.Force)
            throw ConfigErrors.BoottimeOfOtherBoot(file.Path);

        timespec monotonic = request.Monotonic?.OffsetAt(now.Monotonic) ?? old.Monotonic;
        timespec? boottime = request.Boottime?.OffsetAt(now.Boottime) ?? old.OwnBoottime;
        return old with { Monotonic = monotonic, OwnBoottime = boottime };
    }

    private static unsafe bool HasRoom(ConfigFile file) => file.Extension != null;
}
