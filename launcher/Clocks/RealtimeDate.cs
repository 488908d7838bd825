using System.Globalization;

namespace VirtTime.Clocks;

/// <summary>Formats a time of a realtime clock as a date.</summary>
internal static class RealtimeDate
{
    private const long Second = TimeUnit.Second;

    /// <summary>RFC 3339 in UTC with nanoseconds; null outside the years 1 to 9999.</summary>
    /// <param name="nanoseconds">Since 1970.</param>
    public static string? TryFormat(Int128 nanoseconds) =>
        TryFormatSeconds(nanoseconds) is string date ? $"{date}.{(long)Remainder(nanoseconds):D9}Z" : null;

    /// <summary>The date without a fraction and without the zone; null outside the years 1 to 9999.</summary>
    public static string? TryFormatSeconds(Int128 nanoseconds)
    {
        Int128 seconds = (nanoseconds - Remainder(nanoseconds)) / Second;
        if (seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return null;

        return DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
    }

    // The nanoseconds within the second; never negative.
    private static Int128 Remainder(Int128 nanoseconds) => ((nanoseconds % Second) + Second) % Second;
}
