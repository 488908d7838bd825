using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>The units of a TIME, as in <c>systemd.time(7)</c>.</summary>
internal static class TimeUnit
{
    public const long Second = TimespecMath.NanosecondsPerSecond;

    // The micro sign and the Greek letter, which look the same, as byte strings in UTF-8.
    private const string MicroSign = "\u00c2\u00b5s";
    private const string GreekMu = "\u00ce\u00bcs";

    /// <summary>The length of a unit in nanoseconds; 0 if it is no unit.</summary>
    public static long Nanoseconds(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" or "nsec" => 1,
        "us" or "usec" or MicroSign or GreekMu => 1_000,
        "ms" or "msec" => 1_000_000,
        "s" or "sec" or "secs" or "second" or "seconds" => Second,
        "m" or "min" or "mins" or "minute" or "minutes" => 60 * Second,
        "h" or "hr" or "hour" or "hours" => 3_600 * Second,
        "d" or "day" or "days" => 86_400 * Second,
        "w" or "week" or "weeks" => 604_800 * Second,
        _ => 0,
    };

    /// <summary>Whether it is a systemd unit without a fixed length: a month or a year.</summary>
    public static bool HasNoFixedLength(ReadOnlySpan<char> unit) => unit is "y" or "year" or "years" or "M" or "month" or "months";

    /// <summary>Whether a unit can contain the character: a letter, or a byte of a character that is not ASCII.</summary>
    public static bool CanHold(char character) => char.IsAsciiLetter(character) || character >= 0x80;
}
