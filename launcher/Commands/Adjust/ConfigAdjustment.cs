using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Freeze;
using VirtTime.Processes;

namespace VirtTime.Commands.Adjust;

/// <summary>Changes the offsets of a file that processes may have mapped, and the deadlines of their calls in flight.</summary>
internal static unsafe class ConfigAdjustment
{
    /// <summary>How to make a change.</summary>
    /// <param name="Force">Make it even if a process has a deadline that cannot be moved.</param>
    /// <param name="Freezes">Stop all users of the file during the change, so that calls in flight get the new deadline.</param>
    /// <param name="ForgetsSaved">Mark the saved clocks as used up.</param>
    /// <param name="KeepsWaits">
    /// Leave all deadlines as they are, so that calls in flight keep their remaining time. No user is stopped for that.
    /// </param>
    /// <param name="Rate">The rate that the realtime clocks get; null if it does not change.</param>
    internal readonly record struct Manner(
        bool Force, bool Freezes, bool ForgetsSaved = false, bool KeepsWaits = false, ulong? Rate = null)
    {
        public static Manner Of(Request request) => new(
            request.Running.Force,
            !request.Config.NoFreeze && !request.Config.KeepWaits,
            KeepsWaits: request.Config.KeepWaits,
            Rate: request.RealtimeRate);

        /// <summary>Make the change even if a process keeps a deadline outside the file.</summary>
        public bool LeavesUnmovable => Force || KeepsWaits;

        /// <summary>Whether a user with a library that does not know rates is a reason to refuse the change.</summary>
        public bool RefusesOlderLibraries => !Force && Rate is not (null or ClockLine.HostRate);
    }

    /// <returns>The number of calls in flight.</returns>
    /// <exception cref="LauncherException">A clock would be below zero, or the file cannot hold the offsets.</exception>
    public static int Apply(OpenConfig file, Request request, Func<HostClocks.Moment> hostClocks) =>
        Apply(file, hostClocks, Manner.Of(request), (old, now) => WantedClocks.Of(file, old, now, request));

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
        bool needsUsers = manner.Freezes || !manner.LeavesUnmovable || manner.RefusesOlderLibraries;
        using UserSearch? users = needsUsers ? UnmovableCalls.SearchUsers(file) : null;
        UnmovableCalls.RefuseReaders(file, users, manner.LeavesUnmovable);
        if (users is not null)
        {
            SlotRoom.Refuse(file, users.Users, manner.LeavesUnmovable);
            OlderLibraries.Refuse(file, users.Users, !manner.RefusesOlderLibraries);
        }

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

        Strangers.RepairLateUsers(file, report);
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
        {
            SlotRoom.Refuse(file, standstill.Report.OwnIds, manner.LeavesUnmovable);
            OlderLibraries.Refuse(file, standstill.Users, !manner.RefusesOlderLibraries);
        }

        // Slots may have come into use since the first preparation. Pages that are already prepared cost little.
        layout.PrepareSlots();
        standstill?.GiveBackDeadSlots(layout);

        int inFlight = SlotTable.Read(file).Count();

        bool isOfOtherBoot = BootCheck.IsOfOtherBoot(ConfigHeader.ReadNow(file));
        if (isOfOtherBoot && manner.KeepsWaits && inFlight > 0)
            throw ConfigErrors.WaitsOfOtherBoot(file.Path);
        ClockMove move = Write(layout, hostClocks, manner, wanted);
        if (!manner.ForgetsSaved && standstill is not null && !isOfOtherBoot)
            MoveTimers(file, move, standstill);

        return inFlight;
    }

    // Other threads may read the clocks meanwhile, if no user is stopped or if one has just started. A slower rate counts from a
    // moment shortly before the change. A thread that read the clock between the two could get an earlier time at its next reading. So readers must
    // wait, from before that moment until the change is complete.
    private static ClockMove Write(
        LayoutMapping layout,
        Func<HostClocks.Moment> hostClocks,
        Manner manner,
        Func<ClockOffsets, HostClocks.Moment, ClockOffsets> wanted)
    {
        ClockOffsets old = ConfigHeader.ReadNow(layout.File).Offsets;

        // This call only checks the request: it throws if the launcher refuses the change. That must happen before Hold, which writes to the file.
        bool holds = manner.Rate is not null && layout.Extension != null;
        if (holds)
            wanted(old, hostClocks());
        try
        {
            if (holds)
                OffsetWriter.Hold(layout);
            HostClocks.Moment now = hostClocks();
            ClockMove move = new(old, wanted(old, now), now);

            // The coarse clock may be a tick behind this moment. A line with a rate does not apply to times before its reference; a line without a rate
            // does, and a reading there would be earlier than one on a slower old line.
            if (old.Realtime.rate < ClockLine.HostRate && !move.New.HasRate)
                HostClocks.WaitForCoarse(now.Realtime);

            // Programs that were restored from a checkpoint have lost their marks as users (UserMark). The flag for this is set before the flag for
            // saved clocks is cleared, so that at every moment the file has one of the two.
            if (manner.ForgetsSaved)
                UnmovableCalls.SetUncountedFlag(layout);
            OffsetWriter.Write(layout, move, manner.LeavesUnmovable, manner.ForgetsSaved, manner.KeepsWaits);
            return move;
        }
        finally
        {
            if (holds)
                OffsetWriter.Release(layout);
        }
    }

    private static void MoveTimers(OpenConfig file, ClockMove move, Standstill standstill)
    {
        standstill.MoveTimers(move);
        standstill.Report.LongerWaits = LongerWaits.In(file, move, standstill.Report.OwnIds);
    }
}
