using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>
/// Parses a TIME: one or several numbers with units, such as <c>12345s</c>, <c>1.5h</c>, <c>3d12h</c>, <c>2h 30min</c>. A single number
/// without a unit is in seconds.
/// </summary>
internal static class TimeValue
{
    private const string Blanks = " \t";
    private const string Remedy = "is not a time; try 12s, 3d12h or 250ms";

    // A number with more digits is too far even in nanoseconds; numbers with so many digits fit 128 bits.
    private const int MostDigits = 28;

    private static readonly Int128 s_farthest = (Int128)TimespecMath.FarthestSeconds * TimeUnit.Second;

    /// <summary>The exact number of nanoseconds. A sign is accepted only if <paramref name="isOffset"/>.</summary>
    /// <param name="option">The option's name, for the message.</param>
    /// <exception cref="LauncherException">The text is no time, is finer than a nanosecond, or is too far.</exception>
    public static Int128 Parse(string option, string text, bool isOffset)
    {
        string what = "--" + option;
        ReadOnlySpan<char> rest = text.AsSpan().Trim(Blanks);
        bool negative = rest.StartsWith("-");
        if (negative && !isOffset)
            throw new LauncherException(what, $"\"{text}\" is negative; a clock cannot be set below zero");

        if (negative || (isOffset && rest.StartsWith("+")))
            rest = rest[1..];

        if (rest.IsEmpty || Blanks.Contains(rest[0]))
            throw new LauncherException(what, $"\"{text}\" {Remedy}");

        Int128 sum = 0;
        while (!rest.IsEmpty)
        {
            sum += ParsePart(what, text, ref rest);
            if (sum > s_farthest)
                throw TooFar(what, text);
        }

        return negative ? -sum : sum;
    }

    private static Int128 ParsePart(string what, string text, scoped ref ReadOnlySpan<char> rest)
    {
        ReadOnlySpan<char> whole = TakeWhile(ref rest, char.IsAsciiDigit);
        ReadOnlySpan<char> fraction = "";
        if (rest.StartsWith("."))
        {
            rest = rest[1..];
            fraction = TakeWhile(ref rest, char.IsAsciiDigit);
        }

        rest = rest.TrimStart(Blanks);
        ReadOnlySpan<char> unit = TakeWhile(ref rest, TimeUnit.CanHold);
        rest = rest.TrimStart(Blanks);
        if (TimeUnit.HasNoFixedLength(unit))
            throw new LauncherException(what, $"\"{text}\" has no fixed length; write 365d for a year, 30d for a month");

        long nanoseconds = unit.IsEmpty ? TimeUnit.Second : TimeUnit.Nanoseconds(unit);
        bool unitMissing = unit.IsEmpty && !rest.IsEmpty;
        if (whole.Length + fraction.Length == 0 || nanoseconds == 0 || unitMissing)
            throw new LauncherException(what, $"\"{text}\" {Remedy}");

        whole = whole.TrimStart('0');
        fraction = fraction.TrimEnd('0');
        if (whole.Length > MostDigits || ParseDigits(whole) > s_farthest / nanoseconds)
            throw TooFar(what, text);

        // A week has 604,800 × 10^9 ns = 2^16 × 3^3 × 5^11 × 7. So a fraction with more than 16 decimal places is finer than 1 ns in every unit.
        if (fraction.Length > 16 || !TryScale(fraction, nanoseconds, out Int128 small))
            throw new LauncherException(what, $"\"{text}\" is finer than a nanosecond; round it");

        return (ParseDigits(whole) * nanoseconds) + small;
    }

    public static LauncherException TooFar(string what, string text) =>
        new(what, $"\"{text}\" is too far; a clock cannot go beyond {TimespecMath.FarthestSeconds} s");

    private static bool TryScale(ReadOnlySpan<char> fraction, long nanoseconds, out Int128 scaled)
    {
        Int128 divisor = 1;
        for (int i = 0; i < fraction.Length; i++)
            divisor *= 10;

        (scaled, Int128 remainder) = Int128.DivRem(ParseDigits(fraction) * nanoseconds, divisor);
        return remainder == 0;
    }

    /// <summary>The value of at most <see cref="MostDigits"/> ASCII digits; 0 for none.</summary>
    public static Int128 ParseDigits(ReadOnlySpan<char> digits)
    {
        Int128 value = 0;
        foreach (char digit in digits)
            value = (value * 10) + (digit - '0');

        return value;
    }

    private static ReadOnlySpan<char> TakeWhile(scoped ref ReadOnlySpan<char> rest, Func<char, bool> belongs)
    {
        int length = 0;
        while (length < rest.Length && belongs(rest[length]))
            length++;

        ReadOnlySpan<char> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
