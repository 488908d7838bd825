using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A WHEN without a time zone is local time, by <c>TZ</c> and the machine's zone files, as in other programs.</summary>
public class LocalDateTests
{
    // Zones with summer time in the north and in the south, with a change of half an hour, with rules in TZ itself, and without summer time.
    private static readonly string[] s_zones =
    [
        "Europe/Berlin", ":Europe/Berlin", "EST5EDT", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0530>-5:30", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "UTC", "UTC0", "",
        "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Asia/Kathmandu", "/usr/share/zoneinfo/America/Sao_Paulo",
    ];

    private static readonly string[] s_dates =
        ["2024-01-01 12:00", "2024-07-01T12:00:00.25", "1985-10-26 01:21", "2038-01-19T03:14:08", "2099-12-31", "9990-06-01T00:00:01"];

    public static TheoryData<string> Zones() => [.. s_zones];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Zones))]
    public async Task Is_what_date_takes_it_for(string zone)
    {
        string date = Needs.Tool("date");
        NeedsZones();
        foreach (string when in s_dates)
        {
            Result expected = (await Command.Of(date, "-d", when, "+%s.%N").With("TZ", zone).RunAsync()).Succeeded();
            await AssertMeansAsync(decimal.Parse(expected.Output, CultureInfo.InvariantCulture), zone, when);
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Without_TZ_is_of_the_machines_zone()
    {
        Result expected = (await Command.Of(Needs.Tool("date"), "-d", "2024-07-01 12:00", "+%s").With("TZ", null).RunAsync()).Succeeded();
        await AssertMeansAsync(decimal.Parse(expected.Output, CultureInfo.InvariantCulture), null, "2024-07-01 12:00");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("Europe/Berlin", "2024-10-27 02:30", "2024-10-27T00:30Z")]
    [InlineData("Europe/Berlin", "2024-10-27 02:00", "2024-10-27T00:00Z")]
    [InlineData("Europe/Berlin", "2024-10-27 02:59:59.5", "2024-10-27T00:59:59.5Z")]
    [InlineData("Europe/Berlin", "2024-10-27 03:00", "2024-10-27T02:00Z")]
    [InlineData("Europe/Berlin", "2024-10-27 01:59:59", "2024-10-26T23:59:59Z")]
    [InlineData("CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-27 02:30", "2024-10-27T00:30Z")]
    [InlineData("America/New_York", "2024-11-03 01:30", "2024-11-03T05:30Z")]
    [InlineData("Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-06T14:45Z")]

    // Not a change to summer time: the zone's own offset changed.
    [InlineData("Europe/Moscow", "2014-10-26 01:30", "2014-10-25T21:30Z")]
    public async Task Time_that_comes_twice_is_the_first_one(string zone, string when, string utc)
    {
        NeedsZones();
        await AssertMeansAsync(ToSeconds(utc), zone, when);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("Europe/Berlin", "2024-03-31 02:00")]
    [InlineData("Europe/Berlin", "2024-03-31 02:30")]
    [InlineData("Europe/Berlin", "2024-03-31T02:59:59.999999999")]
    [InlineData("CET-1CEST,M3.5.0,M10.5.0/3", "2024-03-31 02:30")]
    [InlineData("Australia/Lord_Howe", "2024-10-06 02:15")]
    [InlineData("America/Sao_Paulo", "2018-11-04")]
    [InlineData("Pacific/Apia", "2011-12-30 12:00")]
    public async Task Time_that_never_comes_is_refused_with_the_remedy(string zone, string when)
    {
        NeedsZones();
        using TemporaryDirectory directory = new();
        foreach (string option in (string[])["--realtime-at", "--monotonic-since", "--boottime-since"])
        {
            Result result = await Command.Launcher("--config", directory.File("conf"), option, when).With("TZ", zone).RunAsync();
            string expected = $"virttime-run: {option}: \"{when}\" does not exist in the local time zone, because clocks are set ahead then; "
                + "give the zone with the date, such as Z or +01:00";
            Assert.Equal((125, expected), (result.ExitCode, Assert.Single(result.ErrorLines)));
            Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("Europe/Berlin", "2024-03-31 01:59:59.999999999", "2024-03-31T00:59:59.999999999Z")]
    [InlineData("Europe/Berlin", "2024-03-31 03:00", "2024-03-31T01:00Z")]
    [InlineData("Pacific/Apia", "2011-12-29 23:59:59", "2011-12-30T09:59:59Z")]
    [InlineData("Pacific/Apia", "2011-12-31", "2011-12-30T10:00Z")]
    public async Task Time_beside_a_gap_is_as_ever(string zone, string when, string utc)
    {
        NeedsZones();
        await AssertMeansAsync(ToSeconds(utc), zone, when);
    }

    // libc would silently treat these as UTC.
    [Theory(Timeout = Limits.Test)]
    [InlineData("Europe/Nowhere")]
    [InlineData(":Europe/Nowhere")]
    [InlineData("Europe")]
    [InlineData("NOWHERE")]
    [InlineData("../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("/dev/zero")]
    [InlineData("/no/such/file")]
    [InlineData("<+05")]
    [InlineData("+5")]
    [InlineData("5")]
    [InlineData(" ")]
    [InlineData("ü")]
    public async Task Zone_that_is_not_installed_is_refused_where_it_matters(string zone)
    {
        using TemporaryDirectory directory = new();
        Command at = Command.Launcher("--config", directory.File("conf"), "--realtime-at", "2024-07-01 12:00").With("TZ", zone);
        Result result = await at.RunAsync();
        string expected = $"virttime-run: --realtime-at: the time zone TZ=\"{zone}\" is not installed; give the zone with the date, such as Z or +01:00";
        Assert.Equal((125, expected), (result.ExitCode, Assert.Single(result.ErrorLines)));
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
        await AssertMeansAsync(ToSeconds("2024-07-01T12:00Z"), zone, "2024-07-01T12:00Z");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Zone_files_may_lie_elsewhere()
    {
        NeedsZones();
        using TemporaryDirectory directory = new();
        File.Copy("/usr/share/zoneinfo/Asia/Kathmandu", directory.File("here"));
        Result result = await Command.Launcher("--config", directory.File("conf"), "--realtime-at", "2024-07-01 12:00", "--json")
            .With("TZ", "here").With("TZDIR", directory.Path).RunAsync();
        Limits.AssertJustAfter(ToSeconds("2024-07-01T06:15Z"), StateJson.Of(result).Virtual("realtime"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Zone_is_not_looked_at_where_no_date_asks_for_it()
    {
        string strace = Needs.Tool("strace");
        using TemporaryDirectory directory = new();
        string[] options = ["--monotonic-at 5s", "--realtime-at @5", "--realtime-offset 5s", "--realtime-at 2024-07-01T12:00Z"];
        foreach (string option in options)
        {
            string[] launch = [Paths.Launcher, .. option.Split(' '), "--", "true"];
            await Command.Of(strace, ["-o", directory.File("calls"), "-e", "trace=open,openat", .. launch]).With("TZ", "Europe/Berlin").RunAsync();
            string calls = await File.ReadAllTextAsync(directory.File("calls"), TestContext.Current.CancellationToken);
            Assert.Contains("libvirttime.so", calls, StringComparison.Ordinal);
            Assert.DoesNotContain("zoneinfo", calls, StringComparison.Ordinal);
            Assert.DoesNotContain("localtime", calls, StringComparison.Ordinal);
        }
    }

    private static async Task AssertMeansAsync(decimal expected, string? zone, string when)
    {
        using TemporaryDirectory directory = new();
        Command command = Command.Launcher("--config", directory.File("conf"), "--realtime-at", when, "--json").With("TZ", zone);
        Limits.AssertJustAfter(expected, StateJson.Of(await command.RunAsync()).Virtual("realtime"));
        Assert.Equal(ConfigExtension.HasRealtimeOffset, ConfigOnDisk.Read(directory.File("conf")).Extension.flags);
    }

    private static decimal ToSeconds(string utc)
    {
        DateTimeOffset date = DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture);
        return (date - DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond;
    }

    private static void NeedsZones() =>
        Assert.SkipUnless(File.Exists("/usr/share/zoneinfo/Australia/Lord_Howe"), "the time zones (tzdata) are not installed");
}
