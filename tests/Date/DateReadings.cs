using System.Globalization;

namespace VirtTime.Tests.Date;

/// <summary>What <c>date_reads.c</c> prints: the host's clock before each reading of the date, the reading, and the host's clock afterwards.</summary>
internal static class DateReadings
{
    public const string Program = "date/date_reads.c";

    // The reading of the host just before may be finer, and a coarse clock is up to a tick behind it. For a function that returns microseconds, the
    // digits are cut off before the offset is subtracted and again afterwards.
    private const decimal Tick = 0.02m;

    // Functions that musl lacks.
    public static readonly string[] OfGlibc = ["ftime", "ntp_gettime", "ntp_gettimex", "ntp_adjtime"];

    public static readonly string[] Always =
    [
        "clock_gettime(REALTIME)", "clock_gettime(REALTIME_COARSE)", "clock_gettime(TAI)",
        "syscall(clock_gettime,REALTIME)", "syscall(clock_gettime,REALTIME_COARSE)", "syscall(clock_gettime,TAI)",
        "vdso_clock_gettime(REALTIME)", "vdso_clock_gettime(REALTIME_COARSE)", "vdso_clock_gettime(TAI)",
        "timespec_get", "gettimeofday", "gettimeofday(zone)", "syscall(gettimeofday)", "vdso_gettimeofday",
        "time", "time(NULL)", "syscall(time)", "vdso_time", "adjtimex", "clock_adjtime", "syscall(adjtimex)", "syscall(clock_adjtime)",
    ];

    public static void AssertShifted(IEnumerable<string> lines, decimal offset, string[] expected) =>
        AssertRead(lines, host => host - offset, 1, expected);

    /// <summary>Asserts that every reading lies between the virtual dates of the host's readings before and after it.</summary>
    /// <param name="lines">The output of the program.</param>
    /// <param name="toVirtual">Returns the virtual date at a reading of the host's clock.</param>
    /// <param name="rate">How fast the virtual date runs: a coarse clock is behind by a tick of the host.</param>
    /// <param name="expected">The functions that must be among the readings.</param>
    public static void AssertRead(IEnumerable<string> lines, Func<decimal, decimal> toVirtual, decimal rate, string[] expected)
    {
        (string Name, decimal Before, decimal Read, decimal After)[] readings = [.. Of(lines)];
        // The file has 40 bits of a rate, and the reference has nanoseconds: over some seconds that is less than a microsecond.
        decimal rounding = rate == 1 ? 0 : 0.000001m;
        Assert.Empty(expected.Except(readings.Select(reading => reading.Name)));
        foreach ((string name, decimal before, decimal read, decimal after) in readings)
        {
            decimal earliest = toVirtual(before) - Grain(name, rate) - rounding;
            decimal latest = toVirtual(after) + rounding;
            Assert.True(read >= earliest && read <= latest, $"{name}: {read}, not {earliest} to {latest}");
        }
    }

    // What a function cuts off, and the tick of a coarse clock.
    private static decimal Grain(string name, decimal rate) =>
        name.Contains("time(NULL)", StringComparison.Ordinal) || name is "time" or "syscall(time)" or "vdso_time" or "vdso_time(dlsym)" ? 1 + (Tick * rate)
        : name.Contains("COARSE", StringComparison.Ordinal) ? Tick * rate
        : name == "ftime" ? 0.001m + (Tick * rate)
        : name.Contains("adj", StringComparison.Ordinal) || name.StartsWith("ntp", StringComparison.Ordinal) ? 0.000002m * Math.Max(rate, 1)
        : 0.000001m * Math.Max(rate, 1);

    /// <summary>Parses the output of the program.</summary>
    public static IEnumerable<(string Name, decimal Before, decimal Read, decimal After)> Of(IEnumerable<string> lines)
    {
        foreach (string[] parts in lines.Where(line => line != "end").Select(line => line.Split(' ')))
        {
            Assert.True(parts.Length == 4 && parts[1] != "failed:", string.Join(' ', parts));
            yield return (parts[0], Number(parts[1]), Number(parts[2]), Number(parts[3]));
        }
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
