using System.Globalization;
using System.Numerics;
using System.Text;
using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>
/// Parses and formats a RATE: a decimal number such as <c>1.0005</c>, or a distance from 1 in millionths such as <c>+200ppm</c>. The value has
/// <see cref="ClockLine.RateBits"/> bits behind the point.
/// </summary>
internal static class RateValue
{
    private const string Blanks = " \t";
    private const string Unit = "ppm";
    private const string Remedy = "is not a rate; try 1.0005, 3600, +200ppm or 0";
    private const int Million = 1_000_000;

    // With so many decimal places, two rates that differ look different: 10^-13 < 2^-40.
    private const int EnoughDigits = 13;
    private const ulong FractionMask = ClockLine.HostRate - 1;

    /// <summary>The rate that is nearest to the text's exact value.</summary>
    /// <param name="option">The option's name, for the message.</param>
    /// <exception cref="LauncherException">The text is no rate, or one that is below zero, too small or too fast.</exception>
    public static ulong Parse(string option, string text)
    {
        string what = "--" + option;
        ReadOnlySpan<char> rest = text.AsSpan().Trim(Blanks);
        bool isNegative = rest.StartsWith("-");
        bool hasSign = isNegative || rest.StartsWith("+");
        if (hasSign)
            rest = rest[1..];
        bool isPpm = rest.EndsWith(Unit);
        if (isPpm)
            rest = rest[..^Unit.Length].TrimEnd(Blanks);
        if (!TrySplit(rest, out string whole, out string fraction) || (isPpm && !hasSign))
            throw new LauncherException(what, $"\"{text}\" {Remedy}");
        if (isNegative && !isPpm)
            throw new LauncherException(what, $"\"{text}\" is negative; a date cannot run backwards");

        // The exact value is number / scale.
        BigInteger scale = BigInteger.Pow(10, fraction.Length);
        BigInteger number = BigInteger.Parse("0" + whole + fraction, CultureInfo.InvariantCulture);
        if (isPpm)
        {
            scale *= Million;
            number = isNegative ? scale - number : scale + number;
        }

        if (number < 0)
            throw new LauncherException(what, $"\"{text}\" is below -1000000ppm; a date cannot run backwards");
        if (number > Million * scale)
            throw new LauncherException(what, $"\"{text}\" is too fast; the fastest rate is 1000000");
        BigInteger rate = ((number << (ClockLine.RateBits + 1)) + scale) / (2 * scale);
        return rate.IsZero && !number.IsZero
            ? throw new LauncherException(what, $"\"{text}\" is too small; the slowest rate is {Format(1)}, or give 0")
            : (ulong)rate;
    }

    /// <summary>The fewest decimal places from which <see cref="Parse"/> gets the same rate.</summary>
    public static string Format(ulong rate)
    {
        UInt128 scale = 1;
        for (int digits = 0; digits < EnoughDigits; digits++, scale *= 10)
        {
            UInt128 decimals = ((rate * scale) + (ClockLine.HostRate / 2)) >> ClockLine.RateBits;
            if (((decimals << ClockLine.RateBits) + (scale / 2)) / scale == rate)
                return Write(decimals, scale, digits);
        }

        return Write(((rate * scale) + (ClockLine.HostRate / 2)) >> ClockLine.RateBits, scale, EnoughDigits);
    }

    /// <summary>All decimal places of the rate.</summary>
    public static string FormatExactly(ulong rate)
    {
        StringBuilder text = new($"{rate >> ClockLine.RateBits}");
        ulong fraction = rate & FractionMask;
        if (fraction != 0)
            text.Append('.');
        for (; fraction != 0; fraction = (fraction * 10) & FractionMask)
            text.Append((char)('0' + ((fraction * 10) >> ClockLine.RateBits)));
        return text.ToString();
    }

    private static string Write(UInt128 decimals, UInt128 scale, int digits)
    {
        string whole = $"{(ulong)(decimals / scale)}";
        return digits == 0 ? whole : $"{whole}.{((ulong)(decimals % scale)).ToString($"D{digits}")}";
    }

    private static bool TrySplit(ReadOnlySpan<char> text, out string whole, out string fraction)
    {
        int point = text.IndexOf('.');
        ReadOnlySpan<char> before = point < 0 ? text : text[..point];
        ReadOnlySpan<char> after = point < 0 ? "" : text[(point + 1)..];
        whole = before.ToString();
        fraction = after.ToString();
        return before.Length + after.Length > 0 && !before.ContainsAnyExceptInRange('0', '9') && !after.ContainsAnyExceptInRange('0', '9');
    }
}
