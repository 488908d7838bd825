using System.Globalization;

namespace VirtTime.State;

/// <summary>A realtime clock as a date.</summary>
internal static class RealtimeDate
{
    private const long Second = 1_000_000_000;

    /// <summary>RFC 3339 in UTC with nanoseconds; null outside the years 1 to 9999.</summary>
    /// <param name="nanoseconds">Since 1970.</param>
    public static string? TryFormat(Int128 nanoseconds)
    {
        (Int128 seconds, Int128 rest) = Int128.DivRem(nanoseconds, Second);
        if (rest < 0)
        {
            seconds--;
            rest += Second;
        }

        if (seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return null;

        string date = DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return $"{date}.{(long)rest:D9}Z";
    }
}
