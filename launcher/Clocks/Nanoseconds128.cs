using System.Text;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>Times and durations as nanoseconds in 128 bits, which cannot overflow.</summary>
internal static class Nanoseconds128
{
    private const long PerSecond = TimespecMath.NanosecondsPerSecond;

    public static Int128 Of(timespec time) => ((Int128)time.tv_sec * PerSecond) + time.tv_nsec;

    public static timespec ToTimespec(Int128 nanoseconds)
    {
        timespec time;
        Int128 seconds = nanoseconds / PerSecond;
        Int128 rest = nanoseconds - (seconds * PerSecond);
        if (rest < 0)
        {
            seconds--;
            rest += PerSecond;
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

    /// <summary>Seconds and nanoseconds of a time that is not negative. Avoids the slow 128-bit division if 64 bits are enough.</summary>
    public static (long Seconds, long Nanoseconds) Split(Int128 nanoseconds)
    {
        if (nanoseconds <= long.MaxValue)
            return Math.DivRem((long)nanoseconds, PerSecond);

        (Int128 seconds, Int128 rest) = Int128.DivRem(nanoseconds, PerSecond);
        return ((long)Int128.Min(seconds, long.MaxValue), (long)rest);
    }

    /// <summary>A text such as <c>3d 12h 0m 5.250s</c>, with milliseconds.</summary>
    public static string Words(Int128 nanoseconds)
    {
        Int128 size = Int128.Abs(nanoseconds);
        (long seconds, long rest) = Split(size);
        long milliseconds = rest / 1_000_000;
        StringBuilder words = new(nanoseconds < 0 ? "-" : "");
        (string Unit, int Size)[] units = [("d", 86_400), ("h", 3_600), ("m", 60)];
        bool begun = false;
        foreach ((string unit, int unitSize) in units)
        {
            long count = seconds / unitSize;
            seconds %= unitSize;
            begun |= count != 0;
            if (begun)
                words.Append($"{count}{unit} ");
        }

        return words.Append($"{seconds}.{milliseconds:D3}s").ToString();
    }
}
