using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Commands.Adjust;

/// <summary><c>--save</c> and <c>--resume</c>: carry the virtual clocks from one host to another.</summary>
internal static unsafe class SavedClocks
{
    // Nanoseconds. Two clocks cannot be read at the same instant. If the distance between boottime and monotonic has changed by less than this, plus
    // the uncertainty of the reading, both get one offset. Tools that know only the C layout can adjust one offset.
    private const long SameDistance = 1_000_000;

    /// <summary>The saved virtual clocks; null if none are saved.</summary>
    public static HostClocks.Moment? Of(ConfigHeader header) =>
        header.HasExtension && (header.Extension.flags & ConfigExtension.HasSavedClocks) != 0
            ? new HostClocks.Moment(header.Extension.saved_monotonic, header.Extension.saved_boottime, header.Extension.saved_realtime)
            : null;

    /// <summary>Saves what the virtual clocks read now.</summary>
    /// <exception cref="LauncherException">The file has no room, its offsets are of another boot, or it has calls that cannot be moved.</exception>
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
        HostClocks.Moment reading = offsets.Read(now);
        OffsetWriter.Write(layout, new ClockMove(offsets, offsets, now), force, forgetsSaved: true, storeSaved: extension =>
        {
            extension->saved_monotonic = reading.Monotonic;
            extension->saved_boottime = reading.Boottime;
            extension->saved_realtime = reading.Realtime;
            ConfigChange.ReplaceFlags(extension, extension->flags | ConfigExtension.HasSavedClocks);
        });
    }

    /// <summary>Sets the offsets so that the virtual clocks continue from the saved values, and moves the calls in flight.</summary>
    /// <remarks>The saved values are removed: if they were used again, the clocks would go back.</remarks>
    /// <param name="addElapsed">
    /// Add the time since <c>--save</c> to the clocks: the host's time in which the virtual date went from its saved value to its present value.
    /// </param>
    /// <returns>The number of calls in flight.</returns>
    /// <exception cref="LauncherException">No clocks are saved, or the file cannot be changed.</exception>
    public static int Resume(OpenConfig file, Func<HostClocks.Moment> hostClocks, ConfigAdjustment.Manner manner, bool addElapsed) =>
        ConfigAdjustment.Apply(file, hostClocks, manner with { ForgetsSaved = true }, (old, now) =>
        {
            HostClocks.Moment saved = Of(ConfigHeader.ReadNow(file)) ?? throw ConfigErrors.NothingSaved(file.Path);
            return Continue(saved, old, now, addElapsed ? Elapsed(file, saved, old, now) : default);
        });

    /// <summary>Like <see cref="Resume"/>, but the caller gives the saved values, and another program (CRIU) keeps the processes stopped.</summary>
    /// <exception cref="LauncherException">The file cannot be changed.</exception>
    public static void ResumeFrom(OpenConfig file, HostClocks.Moment saved, Func<HostClocks.Moment> hostClocks, bool addElapsed) =>
        ConfigAdjustment.Apply(file, hostClocks, new(Force: false, Freezes: false, ForgetsSaved: true), (old, now) =>
            Continue(saved, old, now, addElapsed ? Elapsed(file, saved, old, now) : default));

    // CLOCK_REALTIME does not depend on the boot, so its offset and its rate stay.
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
        if (old.Realtime.rate == 0)
            throw ConfigErrors.DateStandsStill(file.Path);
        timespec then = ClockLine.ToHost(old.Realtime, saved.Realtime, now.Realtime);
        timespec elapsed = TimespecMath.Subtract(now.Realtime, then);
        return elapsed.tv_sec >= 0 ? elapsed : throw ConfigErrors.WallClockBehind(file.Path);
    }
}
