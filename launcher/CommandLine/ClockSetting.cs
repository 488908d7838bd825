using VirtTime.Clock;
using VirtTime.Config;
using VirtTime.Libc;

namespace VirtTime.CommandLine;

/// <summary>How a <see cref="ClockSetting"/> says it.</summary>
internal enum SettingKind
{
    /// <summary>What the clock reads.</summary>
    At,

    /// <summary>Virtual − host.</summary>
    Offset,

    /// <summary>When it read zero, by the host's wall clock.</summary>
    Since,
}

/// <summary>What the user asked one clock to read.</summary>
/// <param name="Option">The option's name, for messages.</param>
internal sealed record ClockSetting(string Option, Int128 Nanoseconds, SettingKind Kind)
{
    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The offset as the config file has it: host − virtual.</summary>
    /// <param name="host">The host clock now.</param>
    /// <param name="wallClock">The host's <c>CLOCK_REALTIME</c> at the same moment.</param>
    /// <exception cref="LauncherException">The virtual clock would read less than zero, or more than a config file can hold.</exception>
    public timespec OffsetAt(timespec host, timespec wallClock)
    {
        Int128 hostNow = ToNanoseconds(host);
        Int128 virtualNow = Kind switch
        {
            SettingKind.Offset => hostNow + Nanoseconds,
            SettingKind.Since => ToNanoseconds(wallClock) - Nanoseconds,
            _ => Nanoseconds,
        };
        if (virtualNow < 0)
            throw BelowZero(hostNow, virtualNow);

        timespec offset = FromNanoseconds(hostNow - virtualNow);
        return ConfigFormat.IsPlausible(offset)
            ? offset
            : throw new LauncherException("--" + Option, $"too far; clocks end after {ConfigFormat.FarthestOffsetSeconds} s");
    }

    private LauncherException BelowZero(Int128 hostNow, Int128 virtualNow) => new("--" + Option, Kind == SettingKind.Since
        ? $"by the wall clock that comes only in {Format(-virtualNow)} s; a clock cannot be set below zero"
        : $"the clock would read {Format(virtualNow)} s; a clock cannot be set below zero (the host's reads {Format(hostNow)} s)");

    public static Int128 ToNanoseconds(timespec time) => ((Int128)time.tv_sec * NanosecondsPerSecond) + time.tv_nsec;

    public static timespec FromNanoseconds(Int128 nanoseconds)
    {
        timespec time;
        Int128 seconds = nanoseconds / NanosecondsPerSecond;
        Int128 rest = nanoseconds - (seconds * NanosecondsPerSecond);
        if (rest < 0)
        {
            seconds--;
            rest += NanosecondsPerSecond;
        }

        time.tv_sec = (long)seconds;
        time.tv_nsec = (long)rest;
        return time;
    }

    /// <summary>Decimal seconds with nine digits, such as <c>-1.500000000</c>.</summary>
    public static string Format(Int128 nanoseconds)
    {
        (long seconds, long rest) = Split(Int128.Abs(nanoseconds));
        string sign = nanoseconds < 0 ? "-" : "";
        return $"{sign}{seconds}.{rest:D9}";
    }

    /// <summary>Seconds and nanoseconds of what is not negative. Division of 128 bits is slow, and seldom needed.</summary>
    public static (long Seconds, long Nanoseconds) Split(Int128 nanoseconds)
    {
        if (nanoseconds <= long.MaxValue)
            return Math.DivRem((long)nanoseconds, NanosecondsPerSecond);

        (Int128 seconds, Int128 rest) = Int128.DivRem(nanoseconds, NanosecondsPerSecond);
        return ((long)Int128.Min(seconds, long.MaxValue), (long)rest);
    }
}
