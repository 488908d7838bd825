using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Freeze;
using VirtTime.Processes;

namespace VirtTime.Commands.Adjust;

/// <summary>Changes the offsets of a file that processes may have mapped, and the deadlines of their calls in flight.</summary>
internal static class ConfigAdjustment
{
    /// <summary>How to make a change.</summary>
    /// <param name="Force">Make it even if a process has a deadline that cannot be moved.</param>
    /// <param name="Freezes">Stop all users of the file during the change, so that calls in flight get the new deadline.</param>
    /// <param name="ForgetsSaved">Mark the saved clocks as used up.</param>
    /// <param name="KeepsWaits">
    /// Leave all deadlines as they are, so that calls in flight keep their remaining time. No user is stopped for that.
    /// </param>
    internal readonly record struct Manner(bool Force, bool Freezes, bool ForgetsSaved = false, bool KeepsWaits = false)
    {
        public static Manner Of(Request request) =>
            new(request.Running.Force, !request.Config.NoFreeze && !request.Config.KeepWaits, KeepsWaits: request.Config.KeepWaits);

        /// <summary>Make the change even if a process keeps a deadline outside the file.</summary>
        public bool LeavesUnmovable => Force || KeepsWaits;
    }

    /// <returns>The number of calls in flight.</returns>
    /// <exception cref="LauncherException">A clock would be below zero, or the file cannot hold the offsets.</exception>
    public static int Apply(OpenConfig file, Request request, Func<HostClocks.Moment> hostClocks) =>
        Apply(file, hostClocks, Manner.Of(request), (old, now) => Wanted(file, old, now, request));

    /// <summary>Sets the offsets that <paramref name="wanted"/> computes from the old ones and the host clocks.</summary>
    /// <param name="hostClocks">Reads the host clocks. It is called while the file is locked, immediately before the change.</param>
    /// <returns>The number of calls in flight.</returns>
    /// <exception cref="LauncherException">
    /// The file cannot be read or mapped, has calls that cannot be moved, or is used by a process that cannot be stopped. Nothing was changed.
    /// </exception>
    public static int Apply(
        OpenConfig file,
        Func<HostClocks.Moment> hostClocks,
        Manner manner,
        Func<ClockOffsets, HostClocks.Moment, ClockOffsets> wanted)
    {
        bool isUsersBusiness = manner.Freezes || !manner.LeavesUnmovable;
        using UserSearch? users = isUsersBusiness ? UnmovableCalls.SearchUsers(file) : null;
        UnmovableCalls.RefuseReaders(file, users, manner.LeavesUnmovable);
        if (users is not null)
            SlotRoom.Refuse(file, users.Users, manner.LeavesUnmovable);
        if (users is null || !manner.Freezes)
            return Change(file, hostClocks, manner, wanted, null);

        // Change below stops all users. Until they run again no message is written: if a user reads the launcher's output, a full pipe would block
        // the launcher.
        users.Proc?.DemandOwn(ConfigErrors.What(file.Path), "or give --no-freeze to leave calls in flight unchanged");
        if (!manner.Force)
            Strangers.Refuse(file, users);

        int inFlight = 0;
        FreezeReport report = new();
        if (users.Users.Count == 0)
            inFlight = Change(file, hostClocks, manner, wanted, null);
        else
            TracerThread.Run(dead => inFlight = Change(file, hostClocks, manner, wanted, new Standstill(users, report, dead)));

        Strangers.SeeTo(file, report);
        report.Write();
        return inFlight;
    }

    // The lock comes before the freeze: a user that is about to complete a dead writer's change may hold the lock, and would keep it while it is
    // stopped. Slow steps come before the freeze, to keep it short; the freeze ends as soon as the timers are set. Steps that can fail come before
    // the first store.
    private static int Change(
        OpenConfig file,
        Func<HostClocks.Moment> hostClocks,
        Manner manner,
        Func<ClockOffsets, HostClocks.Moment, ClockOffsets> wanted,
        Standstill? standstill)
    {
        using ConfigLock held = new(file);
        using LayoutMapping layout = new(file);
        UnmovableCalls.Refuse(layout, manner.LeavesUnmovable);
        layout.PrepareSlots();

        using Standstill? ending = standstill;
        standstill?.Begin(file);
        if (standstill is not null)
            SlotRoom.Refuse(file, standstill.Report.OwnIds, manner.LeavesUnmovable);

        // Slots may have come into use since the first preparation. Pages that are already prepared cost little.
        layout.PrepareSlots();
        standstill?.GiveBackDeadSlots(layout);

        int inFlight = SlotTable.Read(file).Count();
        ClockOffsets old = ConfigHeader.ReadNow(file).Offsets;
        HostClocks.Moment now = hostClocks();
        ClockOffsets offsets = wanted(old, now);

        bool isOfOtherBoot = BootCheck.IsOfOtherBoot(ConfigHeader.ReadNow(file));
        if (isOfOtherBoot && manner.KeepsWaits && inFlight > 0)
            throw ConfigErrors.WaitsOfOtherBoot(file.Path);

        // A restored program has lost its lock (UserMark), so it cannot be counted. Set the flag that says so before the saved-clocks flag is
        // cleared: the file always has one of the two.
        if (manner.ForgetsSaved)
            UnmovableCalls.SayUncounted(layout);
        OffsetWriter.Write(layout, old, offsets, manner.LeavesUnmovable, manner.ForgetsSaved, manner.KeepsWaits);

        // After a migration (a resume, or a file of another boot) timers are not set: the restore has armed them with their remaining time.
        if (!manner.ForgetsSaved && standstill is not null && !isOfOtherBoot)
            MoveTimers(file, new ClockMove(old, offsets), now, standstill);

        return inFlight;
    }

    private static void MoveTimers(OpenConfig file, ClockMove move, HostClocks.Moment now, Standstill standstill)
    {
        standstill.MoveTimers(move);
        standstill.Report.LongerWaits = LongerWaits.In(file, move, now, standstill.Report.OwnIds);
    }

    private static ClockOffsets Wanted(OpenConfig file, ClockOffsets old, HostClocks.Moment now, Request request)
    {
        ConfigHeader header = ConfigHeader.ReadNow(file);
        if (!header.HasRoom && (request.Boottime is not null || request.Realtime is not null))
            throw request.Realtime is not null ? ConfigErrors.NoRoomForDate(file.Path) : ConfigErrors.NoRoomForBoottime(file.Path);

        if (request.Advance is Int128 advance)
            return Advanced(file, old, now, advance, request.Running.Force);

        // The change marks the file as made on this boot. So an offset of another boot must not stay in it.
        bool isStale = BootCheck.IsOfOtherBoot(header) && !request.Running.Force;
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

    private static ClockOffsets Advanced(OpenConfig file, ClockOffsets old, HostClocks.Moment now, Int128 advance, bool force)
    {
        if (!force && BootCheck.IsOfOtherBoot(ConfigHeader.ReadNow(file)))
            throw ConfigErrors.OtherBoot(file.Path);

        ClockOffsets advanced = old.Advanced(Nanoseconds128.ToTimespec(advance));
        Check(now.Monotonic, advanced.Monotonic);
        Check(now.Boottime, advanced.Boottime);
        Check(now.Realtime, advanced.Realtime);
        return advanced;
    }

    private static void Check(timespec host, timespec offset)
    {
        Int128 reading = Nanoseconds128.Of(host) - Nanoseconds128.Of(offset);
        if (reading < 0)
            throw new LauncherException(
                "--" + OptionNames.Advance, $"a clock would read {Nanoseconds128.Format(reading)} s; a clock cannot be set below zero");

        // A file with a larger offset would not be recognised as a config file.
        if (offset.tv_sec is <= -TimespecMath.FarthestSeconds or >= TimespecMath.FarthestSeconds)
            throw new LauncherException("--" + OptionNames.Advance, $"is too far; a clock cannot go beyond {TimespecMath.FarthestSeconds} s");
    }
}
