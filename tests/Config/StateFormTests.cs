using System.Text.RegularExpressions;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>The forms without a command: create, adjust, show, save, resume, print.</summary>
public partial class StateFormTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task File_that_is_missing_is_not_created_to_be_shown()
    {
        using TemporaryDirectory directory = new();
        foreach (string[] options in (string[][])[[], ["--json"], ["--config-mode", "0640"]])
        {
            Result result = await Command.Launcher(["--config", directory.File("conf"), .. options]).RunAsync();
            Assert.Equal((125, ""), (result.ExitCode, result.Output));
            Assert.Contains("no such file; give a clock option", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Creating_and_adjusting_say_nothing_and_showing_changes_nothing()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        foreach (int start in (int[])[12345, 777])
        {
            Result result = (await Command.Launcher("--config", conf, "--monotonic-at", $"{start}s").RunAsync()).Succeeded();
            Assert.Equal(("", ""), (result.Output, result.Error));
            StateJson first = await StateJson.OfAsync("--config", conf);
            StateJson second = await StateJson.OfAsync("--config", conf);
            Limits.AssertJustAfter(start, first.Virtual());
            Assert.Equal(first.Offset(), second.Offset());
            Assert.InRange(second.Virtual(), first.Virtual(), start + 30);
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Json_says_where_the_file_is_and_what_its_clocks_read()
    {
        using TemporaryDirectory directory = new();
        decimal before = HostClock.Monotonic();
        Command command = Command.Launcher("-c", "a \"conf\"\\ ü\t", "--monotonic-offset", "3d12h", "--json");
        StateJson state = StateJson.Of(await (command with { WorkingDirectory = directory.Path }).RunAsync());

        Assert.Equal(directory.File("a \"conf\"\\ ü\t"), state.Config);
        Assert.True(state.MadeOnThisBoot);
        Assert.Null(state.Saved);
        Assert.Empty(state.InFlight);
        Assert.InRange(state.Host(), before, HostClock.Monotonic());
        Assert.Equal(state.Host() + 302400, state.Virtual());
        Assert.Equal(state.Host("boottime") + 302400, state.Virtual("boottime"));
        Assert.Equal((0, state.Host("realtime")), (state.Offset("realtime"), state.Virtual("realtime")));
        decimal today = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.InRange(state.Host("realtime"), today - 60, today + 60);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Json_shows_a_call_in_flight()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        StateJson state = await StateJson.OfAsync("--config", conf);

        StateJson.Call call = Assert.Single(state.InFlight);
        Assert.Equal((waiting.Thread, "monotonic", waiting.Deadline), (call.Thread, call.Clock, call.VirtualDeadline));
        Assert.Equal(call.VirtualDeadline - state.Virtual(), call.TimeLeft);
        Assert.InRange(call.TimeLeft, 1, WaitingTarget.Seconds);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("3d12h", "302400.000000000")]
    [InlineData("-1s500ms", "-1.500000000")]
    public async Task Offset_that_is_shown_can_be_given_back(string given, string shown)
    {
        using TemporaryDirectory directory = new();
        Result json = (await Command.Launcher("-c", directory.File("conf"), "--monotonic-offset", given, "--json").RunAsync()).Succeeded();
        Assert.Matches($"\"monotonic\": {{.*\"offset\": \"{Regex.Escape(shown)}\"}}", json.Output);
        string text = (await Command.Launcher("-c", directory.File("conf")).RunAsync()).Succeeded().Output;
        Assert.Matches($"\n +offset +{Regex.Escape(shown)} ", text);

        StateJson state = await StateJson.OfAsync("-c", directory.File("again"), "--monotonic-offset", shown);
        Assert.Equal(state.Host() + decimal.Parse(shown, System.Globalization.CultureInfo.InvariantCulture), state.Virtual());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Boottime_loses_the_offset_of_its_own_and_its_deadlines_keep_their_time()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await StateJson.OfAsync("--config", conf, "--monotonic-offset", "1000d", "--boottime-offset", "3000d");
        const int Thread = 4_000_000;
        using (ConfigFile file = ConfigFile.Open(conf))
            file.TakeSlot(Thread, clock: 7, 5_000_000, 500_000_000);
        StateJson after = await StateJson.OfAsync("--config", conf, "--boottime-offset", "monotonic");
        Assert.Equal(after.Offset(), after.Offset("boottime"));
        Assert.Equal(-1000 * 86400, after.Offset());
        using (ConfigFile file = ConfigFile.Open(conf))
            Assert.Equal(5_000_000.5m + (2000 * 86400), file.Slot(Thread));

        Assert.Equal(0u, ConfigOnDisk.Read(conf).Extension.flags & VirtTime.Format.ConfigExtension.HasBoottimeOffset);

        // From now on the boottime clocks follow the monotonic clock again.
        StateJson moved = await StateJson.OfAsync("--config", conf, "--monotonic-offset", "7d");
        Assert.Equal(moved.Offset(), moved.Offset("boottime"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--boottime-at")]
    [InlineData("--monotonic-offset")]
    public async Task Word_monotonic_is_for_the_boottime_offset_only(string option)
    {
        using TemporaryDirectory directory = new();
        Result result = await Command.Launcher("--config", directory.File("conf"), option, "monotonic").RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("is not a time", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_of_the_C_layout_is_of_no_known_boot()
    {
        using ConfigFile config = ConfigFile.Create(-5000, VirtTime.Format.ConfigLayout.CFileSize);
        StateJson state = await StateJson.OfAsync("--config", config.Path);
        Assert.Null(state.MadeOnThisBoot);
        Assert.Equal(state.Host() + 5000, state.Virtual());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task People_get_aligned_columns_and_days_and_hours()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-offset", "12345d12h30m", "--config", conf);
        (await Command.Launcher("--config", conf, "--save").RunAsync()).Succeeded();
        Result result = (await Command.Launcher("--config", conf).RunAsync()).Succeeded();

        string[] clocks = [.. result.Lines.Skip(1).TakeWhile(line => !line.StartsWith("in flight", StringComparison.Ordinal))];
        Match[] rows = [.. clocks.Skip(1).Select(line => ClockRow().Match(line))];
        Assert.All(rows, row => Assert.True(row.Success, result.Output));
        Assert.Equal(12, rows.Length);
        AssertSame(rows.Select(row => row.Groups["what"].Index));
        AssertSame(rows.Select(row => EndOf(row.Groups["number"])));
        AssertSame(rows.Where(row => row.Groups["words"].Success).Select(row => row.Groups["words"].Index));
        Assert.Equal([6, 7, 11], Enumerable.Range(0, 12).Where(row => rows[row].Groups["date"].Success));
        Assert.Equal(clocks[0].IndexOf("seconds", StringComparison.Ordinal) + "seconds".Length, EndOf(rows[0].Groups["number"]));
        string[] names = ["monotonic", "", "", "boottime", "", "", "realtime", "", "", "saved", "saved", "saved"];
        Assert.Equal(names, rows.Select(row => row.Groups["clock"].Value));
        Assert.Equal("12345d 12h 30m 0.000s", rows[2].Groups["words"].Value);
        Assert.All(result.Lines, line => Assert.Equal(line.TrimEnd(), line));

        string call = result.Lines[^1];
        Assert.StartsWith($"{waiting.Thread} ", call, StringComparison.Ordinal);
        Assert.Equal(result.Lines[^2].IndexOf("time left", StringComparison.Ordinal), CallRow().Match(call).Groups["words"].Index);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("0600", "022")]
    [InlineData("640", "077")]
    [InlineData("0666", "077")]
    [InlineData("00777", "000")]
    public async Task New_file_gets_the_mode_that_was_asked_for_whatever_the_umask(string mode, string umask)
    {
        using TemporaryDirectory directory = new();
        string script = $"umask {umask}; exec \"$0\" --config \"$1\" --config-mode {mode} --monotonic-at 5s";
        (await Command.Of("sh", "-c", script, Paths.Launcher, directory.File("conf")).RunAsync()).Succeeded();
        Assert.Equal((UnixFileMode)Convert.ToInt32(mode, 8), File.GetUnixFileMode(directory.File("conf")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Mode_of_a_file_that_is_there_stays()
    {
        using TemporaryDirectory directory = new();
        foreach (string mode in (string[])["0640", "0666"])
            await StateJson.OfAsync("--config", directory.File("conf"), "--monotonic-at", "5s", "--config-mode", mode);
        Assert.Equal((UnixFileMode)0b110_100_000, File.GetUnixFileMode(directory.File("conf")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Printed_environment_starts_a_program_on_the_clock()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        string script = "exec env $(\"$0\" --config conf --monotonic-at 12345s --print-env) \"$1\"";
        Command command = Command.Of("sh", "-c", script, Paths.Launcher, watch) with { WorkingDirectory = directory.Path };
        Result result = (await command.RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, result.Number("clock"));
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Printed_environment_is_two_lines_and_keeps_what_is_preloaded()
    {
        using TemporaryDirectory directory = new();
        string other = await NativeProgram.BuildLibraryAsync("gettime_wrapper.c");
        Command command = Command.Launcher("--config", "conf", "--print-env") with { WorkingDirectory = directory.Path };
        Result result = (await command.Preloading(other).RunAsync()).Succeeded();
        Assert.Equal([$"LD_PRELOAD={Paths.Library}:{other}", $"VIRT_TIME_CONF={directory.File("conf")}"], result.Lines);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Path_that_a_shell_would_split_is_not_printed()
    {
        using TemporaryDirectory directory = new();
        Result result = await Command.Launcher("--config", directory.File("two words"), "--print-env").RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("virttime-run: --print-env: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Saved_clocks_are_shown_and_resumed()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await StateJson.OfAsync("--config", conf, "--monotonic-at", "12345s", "--boottime-at", "99999s");
        StateJson state = await StateJson.OfAsync("--config", conf, "--save");
        Assert.Equal(["boottime", "monotonic", "realtime"], state.Saved!.Keys.Order());
        decimal saved = state.Saved["monotonic"];
        Assert.InRange(saved, 12345, state.Virtual());
        Assert.InRange(state.Saved["boottime"], 99999, state.Virtual("boottime"));
        Assert.InRange(state.Saved["realtime"], state.Virtual("realtime") - 30, state.Virtual("realtime"));

        // The clocks in the file are now one week ahead of the host's.
        await StateJson.OfAsync("--config", conf, "--monotonic-offset", "1w", "--boottime-offset", "1w");
        decimal before = HostClock.Monotonic();
        StateJson resumed = await StateJson.OfAsync("--config", conf, "--resume");
        Assert.InRange(resumed.Offset(), before - saved, HostClock.Monotonic() - saved);
        Limits.AssertJustAfter(state.Saved["boottime"], resumed.Virtual("boottime"));
        Assert.Equal(0, resumed.Offset("realtime"));

        // If the saved clocks were used again, the clock would run backwards.
        Assert.Null(resumed.Saved);
        Result again = await Command.Launcher("--config", conf, "--resume").RunAsync();
        Assert.Equal(125, again.ExitCode);
        Assert.Contains("has no saved clocks", Assert.Single(again.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(-1000)]
    [InlineData(1000)]
    public async Task Time_that_has_passed_by_the_wall_clock_is_added_where_asked_for(int wallClock)
    {
        const long SavedRealtimePosition = VirtTime.Format.ConfigLayout.ExtensionPosition + 104;
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await StateJson.OfAsync("--config", conf, "--monotonic-at", "12345s");
        StateJson state = await StateJson.OfAsync("--config", conf, "--save");
        using ConfigFile config = ConfigFile.Open(conf);
        config.WriteRaw(SavedRealtimePosition, (long)state.Saved!["realtime"] + wallClock, 0);
        Result result = await Command.Launcher("--config", conf, "--resume", "--elapsed").RunAsync();
        if (wallClock < 0)
        {
            Assert.Empty(result.Succeeded().Error);
            Limits.AssertJustAfter(13345, (await StateJson.OfAsync("--config", conf)).Virtual());
            return;
        }

        Assert.Equal(125, result.ExitCode);
        Assert.Contains("the wall clock is earlier", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.NotNull((await StateJson.OfAsync("--config", conf)).Saved);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_can_be_started_on_resumed_clocks()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        await StateJson.OfAsync("--config", conf, "--monotonic-at", "12345s");
        await StateJson.OfAsync("--config", conf, "--save");
        await StateJson.OfAsync("--config", conf, "--monotonic-offset", "1w");
        Result result = (await Command.Launcher("--config", conf, "--resume", "--", watch).RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--save")]
    [InlineData("--resume")]
    public async Task Nothing_is_created_to_save_or_resume(string option)
    {
        using TemporaryDirectory directory = new();
        Result result = await Command.Launcher(option, "--config", directory.File("conf")).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("no such file", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task What_was_not_saved_cannot_be_resumed()
    {
        using TemporaryDirectory directory = new();
        StateJson before = await StateJson.OfAsync("--config", directory.File("conf"), "--monotonic-at", "5s");
        Result result = await Command.Launcher("--resume", "--config", directory.File("conf")).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("--save", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before.Offset(), (await StateJson.OfAsync("--config", directory.File("conf"))).Offset());
    }

    private static void AssertSame(IEnumerable<int> columns) => Assert.Single(columns.Distinct());

    private static int EndOf(Group group) => group.Index + group.Length;

    [GeneratedRegex(
        @"^(?<clock>\w*) +(?<what>virtual|host|offset|monotonic|boottime|realtime) +(?<number>" +
        @"(?<date>[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{9}Z)|-?[0-9]+\.[0-9]{9})" +
        @"(  (?<words>-?([0-9]+[dhm] )*[0-9]+\.[0-9]{3}s))?$")]
    private static partial Regex ClockRow();

    [GeneratedRegex(@"^[0-9]+ +slot_wait +monotonic +-?[0-9]+\.[0-9]{9}  (?<words>-?([0-9]+[dhm] )*[0-9]+\.[0-9]{3}s)$")]
    private static partial Regex CallRow();
}
