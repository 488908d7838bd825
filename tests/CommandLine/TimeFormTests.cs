using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>The forms of a TIME, exact to the nanosecond.</summary>
public class TimeFormTests
{
    /// <summary>A TIME, and its value in seconds.</summary>
    public static TheoryData<string, string> Forms() => new()
    {
        { "0", "0" },
        { "12345s", "12345" },
        { "12345", "12345" },
        { "0012", "12" },
        { "1ns", "0.000000001" },
        { "0.000000001", "0.000000001" },
        { "1.5us", "0.0000015" },
        { "0.001us", "0.000000001" },
        { "250ms", "0.25" },
        { "1s500ms", "1.5" },
        { "1.5h", "5400" },
        { "90m", "5400" },
        { "90min", "5400" },
        { "1m1min", "120" },
        { "3d12h", "302400" },
        { "1w", "604800" },
        { "0.0625w", "37800" },
        { "0.0000152587890625w", "9.228515625" },
        { "1w1d1h1m1s1ms1us1ns", "694861.001001001" },
        { "5s5", "10" },
        { "2h 30min", "9000" },
        { "1 week 2 days 3 hours 4 minutes 5 seconds", "788645" },
        { "1week1day1hour1minute1second", "694861" },
        { "1weeks 1hr 1mins 1sec 1secs", "608462" },
        { "1msec1usec1nsec", "0.001001001" },
        { "1.5\u00b5s", "0.0000015" },
        { "1.5\u03bcs", "0.0000015" },
        { "5 s", "5" },
        { "\t5", "5" },
        { "9007199254740993", "9007199254740993" },
        { "9007199254740993.000000001s", "9007199254740993.000000001" },
        { "2305843009213693951s999999999ns", "2305843009213693951.999999999" },
        { "2305843009213693952s", "2305843009213693952" },
    };

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Forms))]
    public async Task Offset_is_exact(string time, string seconds)
    {
        using TemporaryDirectory directory = new();
        decimal expected = decimal.Parse(seconds, CultureInfo.InvariantCulture);
        foreach (string sign in (string[])["", "+"])
        {
            string[] clocks = ["--monotonic-offset", sign + time.TrimStart(), "--boottime-offset", sign + time.TrimStart()];
            StateJson state = await StateJson.OfAsync(["--config", directory.File("conf"), .. clocks]);
            Assert.Equal((-expected, -expected), (state.Offset(), state.Offset("boottime")));
            Assert.Equal(state.Host() + expected, state.Virtual());
        }
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Forms))]
    public async Task Clock_begins_there(string time, string seconds)
    {
        using TemporaryDirectory directory = new();
        decimal expected = decimal.Parse(seconds, CultureInfo.InvariantCulture);
        decimal before = HostClock.Monotonic();
        StateJson state = await StateJson.OfAsync("--config", directory.File("conf"), "--monotonic-at", time);
        Assert.InRange(state.Offset(), before - expected, HostClock.Monotonic() - expected);
        Limits.AssertJustAfter(expected, state.Virtual());
        Assert.Equal(state.Host() - state.Offset(), state.Virtual());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("5y")]
    [InlineData("1year 2d")]
    [InlineData("2 years")]
    [InlineData("1M")]
    [InlineData("2months")]
    public async Task Unit_without_a_fixed_length_is_refused_with_the_remedy(string time)
    {
        Result result = await Command.Launcher("--monotonic-at", time, "--", "true").RunAsync();
        string expected = $"virttime-run: --monotonic-at: \"{time}\" has no fixed length; write 365d for a year, 30d for a month";
        Assert.Equal(expected, Assert.Single(result.ErrorLines));
        Assert.Equal(125, result.ExitCode);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("-1ns", "-0.000000001")]
    [InlineData("-250ms", "-0.25")]
    [InlineData("-1.000000001", "-1.000000001")]
    [InlineData("-1s500ms", "-1.5")]
    public async Task Offset_can_be_negative(string time, string seconds)
    {
        using TemporaryDirectory directory = new();
        StateJson state = await StateJson.OfAsync("--config", directory.File("conf"), "--monotonic-offset", time);
        Assert.Equal(-decimal.Parse(seconds, CultureInfo.InvariantCulture), state.Offset());
        using ConfigFile config = ConfigFile.Open(directory.File("conf"));
        Assert.Equal(state.Offset(), config.Offset);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Boottime_follows_the_monotonic_clock_until_it_is_set()
    {
        using TemporaryDirectory directory = new();
        StateJson shared = await StateJson.OfAsync("--config", directory.File("conf"), "--monotonic-at", "5000d");
        Assert.Equal(shared.Offset(), shared.Offset("boottime"));

        StateJson own = await StateJson.OfAsync("--config", directory.File("conf"), "--boottime-at", "7000d");
        Limits.AssertJustAfter(7000 * 86400, own.Virtual("boottime"));
        Assert.Equal(shared.Offset(), own.Offset());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Monotonic_clock_stays_the_hosts_with_boottime_alone()
    {
        using TemporaryDirectory directory = new();
        StateJson state = await StateJson.OfAsync("--config", directory.File("conf"), "--boottime-at", "5000d");
        Limits.AssertJustAfter(5000 * 86400, state.Virtual("boottime"));
        Assert.Equal(0, state.Offset());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-offset")]
    [InlineData("--boottime-offset")]
    public async Task Clock_below_zero_is_refused_with_what_it_would_read(string option)
    {
        using TemporaryDirectory directory = new();
        decimal host = HostClock.Monotonic();
        string time = (-host - 3600).ToString("0.000000000", CultureInfo.InvariantCulture);
        Result result = await Command.Launcher("--config", directory.File("conf"), option, time).RunAsync();
        Assert.Equal(125, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"virttime-run: {option}: ", line, StringComparison.Ordinal);
        Assert.Contains("below zero", line, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }
}
