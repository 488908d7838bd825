using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Commands.Adjust;

/// <summary>Computes the offsets that a request asks for from those in a file.</summary>
internal static class WantedClocks
{
    /// <param name="old">The file's offsets.</param>
    /// <param name="now">The host clocks at the change.</param>
    /// <exception cref="LauncherException">A clock would be below zero, or the file cannot hold the offsets.</exception>
    public static ClockOffsets Of(OpenConfig file, ClockOffsets old, HostClocks.Moment now, Request request)
    {
        ConfigHeader header = ConfigHeader.ReadNow(file);
        if (!header.HasRoom && (request.Boottime is not null || request.ChangesDate))
            throw request.ChangesDate ? ConfigErrors.NoRoomForDate(file.Path) : ConfigErrors.NoRoomForBoottime(file.Path);

        if (request.RealtimeRate is not null && SavedClocks.Of(header) is not null && !request.Running.Force)
            throw ConfigErrors.RateOfSaved(file.Path);

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
        return new ClockOffsets(monotonic, boottime, request.ChangesDate ? Realtime(old, now, request) : old.OwnRealtime);
    }

    // Without a new date, the date continues from what the clock reads now. Without a new rate, the old rate stays.
    private static ClockLine Realtime(ClockOffsets old, HostClocks.Moment now, Request request)
    {
        timespec offset = request.Realtime?.OffsetAt(now.Realtime, now.Realtime)
            ?? TimespecMath.Subtract(now.Realtime, old.ReadRealtime(now.Realtime));
        return ConfigFormat.IsPlausible(offset)
            ? ClockOffsets.LineOf(offset, request.RealtimeRate ?? old.Realtime.rate, now.Realtime)
            : throw new LauncherException(
                "--" + OptionNames.RealtimeRate, $"the date is too far from the host's; a clock cannot be shifted by more than {TimespecMath.FarthestSeconds} s; give --realtime-at as well");
    }

    private static ClockOffsets Advanced(OpenConfig file, ClockOffsets old, HostClocks.Moment now, Int128 advance, bool force)
    {
        if (!force && BootCheck.IsOfOtherBoot(ConfigHeader.ReadNow(file)))
            throw ConfigErrors.OtherBoot(file.Path);

        ClockOffsets advanced = old.Advanced(Nanoseconds128.ToTimespec(advance));
        HostClocks.Moment reading = advanced.Read(now);
        Check(reading.Monotonic, advanced.Monotonic);
        Check(reading.Boottime, advanced.Boottime);
        Check(reading.Realtime, advanced.Realtime.offset);
        return advanced;
    }

    private static void Check(timespec reading, timespec offset)
    {
        if (reading.tv_sec < 0)
            throw new LauncherException(
                "--" + OptionNames.Advance,
                $"a clock would read {Nanoseconds128.Format(Nanoseconds128.Of(reading))} s; a clock cannot be set below zero");

        // A file with a larger offset would not be recognised as a config file.
        if (offset.tv_sec is <= -TimespecMath.FarthestSeconds or >= TimespecMath.FarthestSeconds)
            throw new LauncherException("--" + OptionNames.Advance, $"is too far; a clock cannot go beyond {TimespecMath.FarthestSeconds} s");
    }
}
