using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.CommandLine;

/// <summary>What the user asked one clock to read.</summary>
/// <param name="Option">The option's name, for messages.</param>
/// <param name="Nanoseconds">The value of the clock; or virtual − host where <paramref name="IsOffset"/>.</param>
internal sealed record ClockSetting(string Option, Int128 Nanoseconds, bool IsOffset)
{
    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The offset as the config file has it: host − virtual.</summary>
    /// <param name="host">The host clock now.</param>
    /// <exception cref="LauncherException">The virtual clock would read less than zero.</exception>
    public timespec OffsetAt(timespec host)
    {
        Int128 hostNow = ToNanoseconds(host);
        Int128 virtualNow = IsOffset ? hostNow + Nanoseconds : Nanoseconds;
        if (virtualNow < 0)
        {
            throw new LauncherException(
                "--" + Option,
                $"the clock would read {Format(virtualNow)} s; a clock cannot be set below zero (the host's reads {Format(hostNow)} s)");
        }

        return FromNanoseconds(hostNow - virtualNow);
    }

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
