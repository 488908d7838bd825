using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>
/// Parses a WHEN: an RFC 3339 date with an optional time, such as <c>2030-01-31T12:00:00Z</c>, <c>2030-01-31 12:00</c> or
/// <c>2030-01-31</c>; or <c>@SECONDS</c> since 1970.
/// </summary>
/// <remarks>It accepts no other forms; <c>date(1)</c> can convert them.</remarks>
internal static class DateValue
{
    /// <summary>Days from 0001-01-01 to 1970-01-01.</summary>
    public const long DaysTo1970 = 719_162;

    private const string Blanks = " \t";
    private const long Second = TimeUnit.Second;
    private const long SecondsInDay = 86_400;
    private const int MostDecimals = 9;
    private const int MostDigits = 19;
    private const string ZoneRemedy = "; give the zone with the date, such as Z or +01:00";

    /// <summary>The exact nanoseconds since 1970; negative before 1970.</summary>
    /// <param name="option">The option's name, for the message.</param>
    /// <exception cref="LauncherException">The text is no date, or one that local clocks skip, finer than 1 ns, or too far.</exception>
    public static Int128 Parse(string option, string text)
    {
        string what = "--" + option;
        ReadOnlySpan<char> rest = text.AsSpan().Trim(Blanks);
        return rest.StartsWith("@") ? ParseSeconds(what, text, rest[1..]) : ParseDate(what, text, rest);
    }

    private static Int128 ParseSeconds(string what, string text, ReadOnlySpan<char> rest)
    {
        bool negative = Take(ref rest, '-');
        if (!negative)
            Take(ref rest, '+');
        ReadOnlySpan<char> whole = TakeDigits(ref rest);
        if (whole.IsEmpty)
            throw None(what, text);

        Int128 nanoseconds = ParseFraction(what, text, ref rest);
        if (!rest.IsEmpty)
            throw None(what, text);

        whole = whole.TrimStart('0');
        Int128 seconds = whole.Length <= MostDigits ? TimeValue.ParseDigits(whole) : Int128.MaxValue;
        if (seconds >= TimespecMath.FarthestSeconds && (seconds > TimespecMath.FarthestSeconds || nanoseconds > 0))
            throw TimeValue.TooFar(what, text);

        nanoseconds += seconds * Second;
        return negative ? -nanoseconds : nanoseconds;
    }

    private static Int128 ParseDate(string what, string text, ReadOnlySpan<char> rest)
    {
        bool isDate = TakeNumber(ref rest, 4, DateOnly.MinValue.Year, DateOnly.MaxValue.Year, out int year)
            & Take(ref rest, '-') & TakeNumber(ref rest, 2, 1, 12, out int month)
            & Take(ref rest, '-') & TakeNumber(ref rest, 2, 1, 31, out int day);
        if (!isDate || day > DateTime.DaysInMonth(year, month))
            throw None(what, text);

        long seconds = (new DateOnly(year, month, day).DayNumber - DaysTo1970) * SecondsInDay;
        Int128 nanoseconds = 0;
        bool isLeap = false;
        if (rest.Length > 1 && rest[0] is 'T' or 't' or ' ' && char.IsAsciiDigit(rest[1]))
        {
            rest = rest[1..];
            seconds += ParseTime(what, text, ref rest, out isLeap);
            nanoseconds = ParseFraction(what, text, ref rest);
        }

        long moment = seconds - ParseZone(what, text, rest.TrimStart(Blanks), seconds);
        return !isLeap || MayBeLeap(moment) || LocalZone.IsLeapSecond(moment) ? ((Int128)moment * Second) + nanoseconds : throw None(what, text);
    }

    /// <summary>
    /// Whether a leap second may come right before this moment. Leap seconds are inserted at the end of months by UTC (RFC 3339). A clock that
    /// does not count them shows the first second of the next month instead.
    /// </summary>
    private static bool MayBeLeap(long moment) => moment % SecondsInDay == 0 && DateTime.UnixEpoch.AddSeconds(moment).Day == 1;

    /// <returns>Seconds since midnight.</returns>
    private static long ParseTime(string what, string text, scoped ref ReadOnlySpan<char> rest, out bool isLeap)
    {
        int second = 0;
        bool isTime = TakeNumber(ref rest, 2, 0, 23, out int hour) & Take(ref rest, ':') & TakeNumber(ref rest, 2, 0, 59, out int minute);
        bool hasSecond = Take(ref rest, ':');
        isTime &= !hasSecond || TakeNumber(ref rest, 2, 0, 60, out second);
        isLeap = second == 60;

        // A fraction is allowed only after seconds.
        if (!isTime || (!hasSecond && rest.StartsWith(".")))
            throw None(what, text);
        return (hour * 3_600) + (minute * 60) + second;
    }

    /// <returns>The zone's distance from UTC, in seconds; positive in the east.</returns>
    private static long ParseZone(string what, string text, ReadOnlySpan<char> zone, long shown)
    {
        if (zone is "Z" or "z" or "UTC")
            return 0;
        if (zone.IsEmpty)
            return shown - FindLocal(what, text, shown);

        bool isEast = Take(ref zone, '+');
        bool isZone = isEast || Take(ref zone, '-');
        isZone &= TakeNumber(ref zone, 2, 0, 23, out int hours) & Take(ref zone, ':') & TakeNumber(ref zone, 2, 0, 59, out int minutes);
        if (!isZone || !zone.IsEmpty)
            throw None(what, text);

        long seconds = (hours * 3_600) + (minutes * 60);
        return isEast ? seconds : -seconds;
    }

    private static long FindLocal(string what, string text, long shown)
    {
        if (LocalZone.FindMissing() is string missing)
            throw new LauncherException(what, $"the time zone TZ=\"{missing}\" is not installed{ZoneRemedy}");

        return LocalZone.TryFind(shown)
            ?? throw new LauncherException(what, $"\"{text}\" does not exist in the local time zone, because clocks are set ahead then{ZoneRemedy}");
    }

    /// <returns>Nanoseconds; 0 without a fraction.</returns>
    private static long ParseFraction(string what, string text, scoped ref ReadOnlySpan<char> rest)
    {
        if (!Take(ref rest, '.'))
            return 0;

        ReadOnlySpan<char> digits = TakeDigits(ref rest);
        if (digits.IsEmpty)
            throw None(what, text);

        digits = digits.TrimEnd('0');
        if (digits.Length > MostDecimals)
            throw new LauncherException(what, $"\"{text}\" is finer than a nanosecond; round it");

        long nanoseconds = (long)TimeValue.ParseDigits(digits);
        for (int i = digits.Length; i < MostDecimals; i++)
            nanoseconds *= 10;
        return nanoseconds;
    }

    private static LauncherException None(string what, string text) =>
        new(what, $"\"{text}\" is not a date; try 2030-01-31T12:00:00Z, or {what} \"$(date -d tomorrow +@%s)\"");

    private static bool TakeNumber(scoped ref ReadOnlySpan<char> rest, int digits, int least, int most, out int number)
    {
        number = least;
        if (rest.Length < digits || rest[..digits].IndexOfAnyExceptInRange('0', '9') >= 0)
            return false;

        number = (int)TimeValue.ParseDigits(rest[..digits]);
        rest = rest[digits..];
        return number >= least && number <= most;
    }

    private static bool Take(scoped ref ReadOnlySpan<char> rest, char character)
    {
        bool isThere = rest.Length > 0 && rest[0] == character;
        if (isThere)
            rest = rest[1..];
        return isThere;
    }

    private static ReadOnlySpan<char> TakeDigits(scoped ref ReadOnlySpan<char> rest)
    {
        int length = rest.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = length < 0 ? rest : rest[..length];
        rest = rest[digits.Length..];
        return digits;
    }
}
