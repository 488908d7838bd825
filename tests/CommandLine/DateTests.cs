using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary><c>--realtime-at</c> and <c>--realtime-offset</c>: the contents of the config file afterwards, in each form of use.</summary>
public class DateTests
{
    private const string When = "2038-01-19T03:14:00Z";
    private const decimal Seconds = 2147483640;

    // Larger than any thread id that this machine assigns by default.
    private const int Thread = 4_000_000;

    private static readonly string[] s_at = ["--realtime-at", When];

    [Theory(Timeout = Limits.Test)]
    [InlineData("2038-01-19T03:14:00Z", "2147483640")]
    [InlineData("1980-01-06 00:00 UTC", "315964800")]
    [InlineData("1970-01-01T00:00:00Z", "0")]
    [InlineData("9999-12-31T23:59:00Z", "253402300740")]
    [InlineData("@1900000000.25", "1900000000.25")]
    [InlineData("@2305843009213693000", "2305843009213693000")]
    public async Task Date_is_kept_as_an_offset_of_its_own(string when, string seconds)
    {
        using TemporaryDirectory directory = new();
        decimal date = decimal.Parse(seconds, CultureInfo.InvariantCulture);
        decimal before = WallClock();
        StateJson state = await StateJson.OfAsync("--config", directory.File("conf"), "--realtime-at", when);
        decimal offset = OwnOffset(directory.File("conf"));
        Assert.InRange(offset, before - date, WallClock() - date);
        Assert.Equal(offset, state.Offset("realtime"));
        Limits.AssertJustAfter(date, state.Virtual("realtime"));

        // The other clocks stay the host's.
        ConfigOnDisk disk = ConfigOnDisk.Read(directory.File("conf"));
        disk.AssertWhole();
        Assert.Equal((0, 0), (state.Offset(), state.Offset("boottime")));
        Assert.Equal(ConfigExtension.HasRealtimeOffset, disk.Extension.flags);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("+400d", "34560000")]
    [InlineData("365d", "31536000")]
    [InlineData("-1s500ms", "-1.5")]
    [InlineData("1ns", "0.000000001")]
    [InlineData("-1ns", "-0.000000001")]
    [InlineData("2305843009213693952s", "2305843009213693952")]
    public async Task Offset_is_exact(string time, string seconds)
    {
        using TemporaryDirectory directory = new();
        await StateJson.OfAsync("--config", directory.File("conf"), "--realtime-offset", time);
        Assert.Equal(-decimal.Parse(seconds, CultureInfo.InvariantCulture), OwnOffset(directory.File("conf")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task All_clocks_can_be_given_at_once()
    {
        using TemporaryDirectory directory = new();
        string[] others = ["--monotonic-at", "12345s", "--boottime-offset", "+5d"];
        StateJson state = await StateJson.OfAsync(["--config", directory.File("conf"), .. others, .. s_at]);
        Limits.AssertJustAfter(12345, state.Virtual());
        Assert.Equal(-5 * 86400, state.Offset("boottime"));
        Limits.AssertJustAfter(Seconds, state.Virtual("realtime"));
        Assert.Equal(ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset, FlagsOf(directory.File("conf")));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--realtime-at", When)]
    [InlineData("--realtime-at", When, "--monotonic-at", "12345s")]
    [InlineData("--realtime-offset=+1d", "--config", "conf")]
    [InlineData("--realtime-at=2038-01-19 03:14Z", "--config=conf")]
    public async Task Command_runs_on_the_date(params string[] options)
    {
        using TemporaryDirectory directory = new();
        string[] show = ["--", "sh", "-c", "exec \"$0\" --config \"$VIRT_TIME_CONF\" --json", Paths.Launcher];
        StateJson state = StateJson.Of(await (Command.Launcher([.. options, .. show]) with { WorkingDirectory = directory.Path }).RunAsync());
        decimal date = options[0].Contains("offset", StringComparison.Ordinal) ? state.Host("realtime") + 86400 : Seconds;
        Limits.AssertJustAfter(date, state.Virtual("realtime"));
        if (options.Contains("--monotonic-at"))
            Limits.AssertJustAfter(12345, state.Virtual());
        else
            Assert.Equal(0, state.Offset());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Printed_environment_is_of_a_file_with_the_date()
    {
        using TemporaryDirectory directory = new();
        Command print = Command.Launcher(["--config", "conf", "--print-env", .. s_at]) with { WorkingDirectory = directory.Path };
        Assert.Equal(2, (await print.RunAsync()).Succeeded().Lines.Count);
        Limits.AssertJustAfter(Seconds, WallClock() - OwnOffset(directory.File("conf")));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Date_of_a_running_program_is_changed_and_its_other_clocks_stay(bool isByProcess)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        ConfigOnDisk before = ConfigOnDisk.Read(conf);
        string[] file = isByProcess ? ["--pid", $"{waiting.Thread}"] : ["--config", conf];
        StateJson state = StateJson.Of(await Command.Launcher([.. file, .. s_at, "--json"]).RunAsync());
        Limits.AssertJustAfter(Seconds, state.Virtual("realtime"));
        Assert.Equal(waiting.Deadline, Assert.Single(state.InFlight).VirtualDeadline);
        Assert.Equal((Exact(before.Offset), ConfigExtension.HasRealtimeOffset), (Exact(ConfigOnDisk.Read(conf).Offset), FlagsOf(conf)));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Command_joins_a_program_and_sets_the_date_of_both()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        (await Command.Launcher(["--pid", $"{waiting.Thread}", .. s_at, "--", "true"]).RunAsync()).Succeeded();
        Limits.AssertJustAfter(Seconds, WallClock() - OwnOffset(conf));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(Time.CLOCK_REALTIME, 1)]
    [InlineData(Time.CLOCK_REALTIME_ALARM, 1)]
    [InlineData(Time.CLOCK_TAI, 1)]
    [InlineData(Time.CLOCK_MONOTONIC, 0)]
    [InlineData(Time.CLOCK_BOOTTIME, 0)]
    public async Task Deadlines_move_with_the_date_that_they_are_of_and_with_no_other_clock(int clock, int share)
    {
        const decimal Deadline = 2_000_000_000.25m;
        const decimal Day = 86400;
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await StateJson.OfAsync("--config", conf, "--monotonic-offset", "5d", "--boottime-offset", "7d", "--realtime-offset", "1d");
        using ConfigFile file = ConfigFile.Open(conf);
        file.TakeSlot(Thread, clock, 2_000_000_000, 250_000_000);
        file.TakeSlot(Thread + 1, clock, 2_000_000_000, 250_000_000, choice: 2);
        int displaced = SlotMark.SlotOf(Thread + 1, 2);

        await StateJson.OfAsync("--config", conf, "--realtime-offset", "-400d");
        Assert.Equal((Deadline + (401 * Day * share), Deadline + (401 * Day * share)), (file.Slot(Thread), file.Slot(displaced)));

        // Back to the host's date, from which the deadlines were one day away at first.
        await StateJson.OfAsync("--config", conf, "--realtime-offset", "0");
        Assert.Equal(Deadline + (Day * share), file.Slot(Thread));

        decimal before = file.Slot(Thread);
        await StateJson.OfAsync("--config", conf, "--monotonic-offset", "500d", "--boottime-offset", "600d");
        Assert.Equal(share == 1, before == file.Slot(Thread));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Call_in_flight_on_a_realtime_clock_is_shown_by_its_date()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync([.. s_at, "--config", conf]);
        using (ConfigFile file = ConfigFile.Open(conf))
            file.TakeSlot(waiting.Thread, Time.CLOCK_TAI, (long)Math.Floor(OwnOffset(conf)) + 2_147_483_700, 0, choice: 1);
        StateJson state = await StateJson.OfAsync("--config", conf);
        StateJson.Call call = Assert.Single(state.InFlight, call => call.Clock == "realtime");
        Assert.InRange(call.VirtualDeadline, 2_147_483_699, 2_147_483_700);
        string line = (await Command.Launcher("--config", conf).RunAsync()).Succeeded().Lines[^1];
        Assert.Matches($@"^{waiting.Thread} +\S+ +realtime +2038-01-19T03:14:59\.[0-9]{{9}}Z +", line + " ");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("0")]
    [InlineData("-0ns")]
    [InlineData("+0d")]
    public async Task Offset_of_nothing_shows_the_hosts_date_and_keeps_the_clock_apart(string nothing)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await StateJson.OfAsync(["--config", conf, "--monotonic-offset", "5d", "--boottime-offset", "6d", .. s_at]);
        StateJson state = await StateJson.OfAsync("--config", conf, "--realtime-offset", nothing);
        Assert.Equal(state.Host("realtime"), state.Virtual("realtime"));
        Assert.Equal((-5 * 86400, -6 * 86400), (state.Offset(), state.Offset("boottime")));
        Assert.Equal(ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset, FlagsOf(conf));

        // A program with this file that sets the date therefore sets its own date, also if the file was just created.
        StateJson created = await StateJson.OfAsync("--config", directory.File("new"), "--realtime-offset", nothing);
        Assert.Equal((0, 0, ConfigExtension.HasRealtimeOffset), (created.Offset(), created.Offset("realtime"), FlagsOf(directory.File("new"))));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Resumed_date_keeps_its_offset()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await StateJson.OfAsync(["--config", conf, "--monotonic-at", "12345s", .. s_at]);
        decimal offset = OwnOffset(conf);
        StateJson saved = await StateJson.OfAsync("--config", conf, "--save");
        Assert.InRange(saved.Saved!["realtime"], Seconds, saved.Virtual("realtime"));
        string shown = (await Command.Launcher("--config", conf).RunAsync()).Succeeded().Output;
        Assert.Matches("saved +realtime +2038-01-19T03:14:", shown);
        await StateJson.OfAsync("--config", conf, "--monotonic-offset", "1w");
        StateJson resumed = await StateJson.OfAsync("--config", conf, "--resume", "--elapsed");
        Assert.Equal((offset, ConfigExtension.HasRealtimeOffset), (OwnOffset(conf), FlagsOf(conf) & ~ConfigExtension.HasUncountedUsers));

        // The elapsed time is measured by the virtual wall clock, which has the same rate as the host's.
        Limits.AssertJustAfter(12345, resumed.Virtual());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(ConfigLayout.SmallestFileSize)]
    [InlineData(ConfigLayout.CLayoutEnd)]
    [InlineData(ConfigLayout.CFileSize)]
    public async Task File_of_another_tool_has_no_room_for_a_date(long size)
    {
        using ConfigFile config = ConfigFile.Create(-5000, size);
        foreach (string[] options in (string[][])[s_at, ["--realtime-offset", "1d"], ["--realtime-offset", "0"], ["--monotonic-at", "5s", .. s_at]])
        {
            Result result = await Command.Launcher(["--config", config.Path, .. options]).RunAsync();
            Assert.Equal(125, result.ExitCode);
            string remedy = "has no room for a date (another tool made it); omit --realtime-*, or use a new file";
            Assert.Equal($"virttime-run: --config {config.Path}: {remedy}", Assert.Single(result.ErrorLines));
            Assert.Equal((-5000, size), (config.Offset, new FileInfo(config.Path).Length));
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--realtime-at", "1969-12-31T23:59:59Z")]
    [InlineData("--realtime-at", "@-5")]
    [InlineData("--realtime-offset", "-100000d")]
    public async Task Date_before_1970_is_refused(string option, string value)
    {
        using TemporaryDirectory directory = new();
        Result result = await Command.Launcher("--config", directory.File("conf"), option, value).RunAsync();
        Assert.Equal(125, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"virttime-run: {option}: ", line, StringComparison.Ordinal);
        Assert.Matches("before 1970|below zero", line);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-since", "monotonic")]
    [InlineData("--boottime-since", "boottime")]
    public async Task Clock_counts_from_a_date_by_the_hosts_wall_clock(string option, string clock)
    {
        using TemporaryDirectory directory = new();
        string[] own = ["--realtime-at", "@5"];
        foreach ((string when, decimal since) in new[] { ("2020-01-01T00:00:00Z", 1577836800), ("@-0.5", -0.5m), ("1960-01-01Z", -315619200) })
        {
            foreach (string[] date in (string[][])[[], own])
            {
                decimal before = WallClock() - since;
                StateJson state = await StateJson.OfAsync(["--config", directory.File("conf"), option, when, .. date]);
                Assert.InRange(state.Virtual(clock), before, WallClock() - since);

                // The launcher reads both clocks at one moment, so machines agree as closely as their wall clocks do.
                Assert.InRange(state.Host("realtime") - state.Virtual(clock), since - 0.05m, since + 0.05m);
            }
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-since")]
    [InlineData("--boottime-since")]
    public async Task Clock_cannot_count_from_a_date_that_is_still_to_come(string option)
    {
        using TemporaryDirectory directory = new();
        Result result = await Command.Launcher("--config", directory.File("conf"), option, "9999-01-01Z").RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Matches(
            $@"^virttime-run: {option}: the date lies [0-9.]+ s in the future of the host's wall clock; a clock cannot be set below zero\z",
            Assert.Single(result.ErrorLines));
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Boottime_that_counts_from_a_date_has_an_offset_of_its_own()
    {
        using TemporaryDirectory directory = new();
        StateJson state = await StateJson.OfAsync("--config", directory.File("conf"), "--boottime-since", "2020-01-01Z");
        Assert.Equal((0, ConfigExtension.HasBoottimeOffset), (state.Offset(), FlagsOf(directory.File("conf"))));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(253402300740, "9999-12-31T23:59:")]
    [InlineData(253402300800, null)]
    public async Task Date_is_shown_as_one_up_to_the_year_9999(long seconds, string? date)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        StateJson state = await StateJson.OfAsync("--config", conf, "--realtime-at", $"@{seconds}");
        Assert.StartsWith(date ?? "none", state.Date ?? "none", StringComparison.Ordinal);
        string shown = (await Command.Launcher("--config", conf).RunAsync()).Succeeded().Output;
        Assert.Matches($"realtime +virtual +{date ?? "25340230[0-9]+\\."}", shown);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task List_has_a_column_for_dates_where_a_program_has_one()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync([.. s_at, "--config", conf]);
        using WaitingTarget other = await WaitingTarget.StartAsync("--monotonic-at", "5s");
        Result list = (await Command.Launcher("--list").RunAsync()).Succeeded();
        Assert.Matches("^ *process +monotonic +boottime  realtime +config file +command$", list.Lines[0]);
        Assert.Matches($@"s  2038-01-19T03:1[45]:[0-9]{{2}}Z +{conf} ", LineOf(waiting));
        Assert.Matches("s  {20,}/", LineOf(other));

        string LineOf(WaitingTarget target) =>
            Assert.Single(list.Lines, line => line.TrimStart().StartsWith($"{target.Thread} ", StringComparison.Ordinal));
    }

    /// <summary>Returns host − virtual, as the file stores it.</summary>
    private static decimal OwnOffset(string path)
    {
        ConfigOnDisk disk = ConfigOnDisk.Read(path);
        Assert.NotEqual(0u, disk.Extension.flags & ConfigExtension.HasRealtimeOffset);
        return Exact(disk.Extension.realtime_offset);
    }

    private static decimal Exact(timespec time) => time.tv_sec + (time.tv_nsec / 1_000_000_000m);

    private static uint FlagsOf(string path) => ConfigOnDisk.Read(path).Extension.flags;

    private static decimal WallClock() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond;
}
