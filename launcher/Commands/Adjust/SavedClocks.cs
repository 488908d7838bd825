using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Commands.Adjust;

/// <summary><c>--save</c> and <c>--resume</c>: carries the virtual clocks from one host to another.</summary>
internal static unsafe class SavedClocks
{
    // Two clocks are never read at the same instant. Where boottime and monotonic are this close to their old distance, or closer than could
    // be measured, they go on with one offset, which tools that know only the C layout can adjust.
    private const long SameDistance = 1_000_000;

    /// <summary>The virtual clocks that were noted, or null.</summary>
    public static HostClocks.Moment? Of(ConfigHeader header) =>
        header.HasExtension && (header.Extension.flags & ConfigExtension.HasSavedClocks) != 0
            ? new HostClocks.Moment(header.Extension.saved_monotonic, header.Extension.saved_boottime, header.Extension.saved_realtime)
            : null;

    /// <summary>Notes what the virtual clocks read now.</summary>
    /// <exception cref="LauncherException">The file has no room, or its offsets are not of this boot.</exception>
    public static void Save(OpenConfig file, Func<HostClocks.Moment> hostClocks, bool force)
    {
        ConfigHeader before = ConfigHeader.Read(file);
        if (!before.HasRoom)
            throw new LauncherException(
                ConfigErrors.What(file.Path), "has no room to save clocks (another tool made it); use a file that virttime-run created");

        if (!force && BootCheck.IsOfOtherBoot(before))
            throw ConfigErrors.SavedOnOtherBoot(file.Path);

        UnmovableCalls.RefuseReaders(file, force);
        using ConfigLock held = new(file);
        using LayoutMapping layout = new(file);
        UnmovableCalls.Refuse(layout, force);
        ClockOffsets offsets = ConfigHeader.ReadNow(file).Offsets;
        HostClocks.Moment now = hostClocks();
        OffsetWriter.Write(layout, offsets, offsets, force, forgetsSaved: true, more: extension =>
        {
            extension->saved_monotonic = TimespecMath.Subtract(now.Monotonic, offsets.Monotonic);
            extension->saved_boottime = TimespecMath.Subtract(now.Boottime, offsets.Boottime);
            extension->saved_realtime = TimespecMath.Subtract(now.Realtime, offsets.Realtime);
            ConfigChange.ReplaceFlags(extension, extension->flags | ConfigExtension.HasSavedClocks);
        });
    }

    /// <summary>
    /// Sets the offsets so that the virtual clocks go on from the saved values, and moves the calls in flight along. The saved values are
    /// used up: from them the clocks would run backwards the next time.
    /// </summary>
    /// <param name="addElapsed">Go on as if the program had waited all the time, by the wall clock.</param>
    /// <returns>How many calls were in flight.</returns>
    /// <exception cref="LauncherException">Nothing was saved.</exception>
    public static int Resume(OpenConfig file, Func<HostClocks.Moment> hostClocks, ConfigAdjustment.Manner manner, bool addElapsed) =>
        ConfigAdjustment.Apply(file, hostClocks, manner with { ForgetsSaved = true }, (old, now) =>
        {
            HostClocks.Moment saved = Of(ConfigHeader.ReadNow(file)) ?? throw ConfigErrors.NothingSaved(file.Path);
            return Continue(saved, old, now, addElapsed ? Elapsed(file, saved, old, now) : default);
        });

    /// <summary>The same from values that were noted elsewhere, for processes that somebody else keeps stopped.</summary>
    /// <exception cref="LauncherException">The file cannot be changed.</exception>
    public static void GoOn(OpenConfig file, HostClocks.Moment saved, Func<HostClocks.Moment> hostClocks, bool addElapsed) =>
        ConfigAdjustment.Apply(file, hostClocks, new(Force: false, Freezes: false, ForgetsSaved: true), (old, now) =>
            Continue(saved, old, now, addElapsed ? Elapsed(file, saved, old, now) : default));

    // The realtime clock is not part of a boot and goes on as it is.
    private static ClockOffsets Continue(HostClocks.Moment saved, ClockOffsets old, HostClocks.Moment now, timespec elapsed)
    {
        timespec monotonic = TimespecMath.Subtract(TimespecMath.Subtract(now.Monotonic, saved.Monotonic), elapsed);
        timespec boottime = TimespecMath.Subtract(TimespecMath.Subtract(now.Boottime, saved.Boottime), elapsed);
        Int128 apart = Int128.Abs(Nanoseconds128.Of(boottime) - Nanoseconds128.Of(monotonic));
        bool shared = old.OwnBoottime is null && apart < SameDistance + now.Uncertainty;
        return old with { Monotonic = monotonic, OwnBoottime = shared ? null : boottime };
    }

    private static timespec Elapsed(OpenConfig file, HostClocks.Moment saved, ClockOffsets old, HostClocks.Moment now)
    {
        timespec elapsed = TimespecMath.Subtract(TimespecMath.Subtract(now.Realtime, old.Realtime), saved.Realtime);
        return elapsed.tv_sec >= 0 ? elapsed : throw ConfigErrors.WallClockBehind(file.Path);
    }
}
