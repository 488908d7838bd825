using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Date;

/// <summary><c>--realtime-rate</c>: what a program reads, what the launcher shows, and what is refused.</summary>
public class RateOptionTests
{
    private const string At = "2030-01-01T00:00:00Z";
    private const long AtSeconds = 1_893_456_000;

    // The date may begin this much earlier than the program's first reading.
    private const decimal Start = 30;

    [Theory(Timeout = Limits.Test)]
    [InlineData("3600", 3600)]
    [InlineData("0.5", 0.5)]
    [InlineData("1.0005", 1.0005)]
    [InlineData("+200ppm", 1.0002)]
    [InlineData("-50ppm", 0.99995)]
    [InlineData("1", 1)]
    [InlineData("0", 0)]
    public async Task Date_runs_at_the_rate_and_the_monotonic_clock_as_the_hosts(string text, double rate)
    {
        string watch = await NativeProgram.BuildAsync("date/watch_date.c");
        decimal host = HostClock.Monotonic();
        using RunningProgram program = Command.Launcher("--realtime-at", At, "--realtime-rate", text, "--", watch).Start();
        (decimal before, decimal first, decimal after) = await ReadAsync(program);
        Assert.InRange(first, AtSeconds, AtSeconds + (Start * (decimal)rate));
        Assert.InRange(before, host, host + Start);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        await program.WriteAsync("\n");
        (decimal later, decimal second, decimal last) = await ReadAsync(program);
        AssertRan(second - first, later - after, last - before, (decimal)rate);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(0)]
    [InlineData(86_400)]
    public async Task Without_a_date_it_begins_at_the_hosts_or_at_its_offset(int offset)
    {
        string watch = await NativeProgram.BuildAsync("date/watch_date.c");
        string[] options = offset == 0 ? [] : ["--realtime-offset", $"{offset}s"];
        decimal host = HostClock.Realtime();
        Result result = (await Command.Launcher([.. options, "--realtime-rate", "0", "--", watch]).RunAsync()).Succeeded();
        Assert.InRange(result.Number("date"), host + offset, host + offset + Start);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task State_and_list_show_the_rate_and_its_reference()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        StateJson state = await StateJson.OfAsync("--config", conf, "--realtime-at", At, "--realtime-rate", "1.5");
        Assert.Equal("1.5", state.Rate);
        Assert.InRange(state.Reference!.Value, state.Host("realtime") - Start, state.Host("realtime"));
        Assert.Equal(state.Virtual("realtime"), AtSeconds + Math.Floor((state.Host("realtime") - state.Reference.Value) * 1.5m * 1e9m) / 1e9m);

        string text = (await Command.Launcher("--config", conf).RunAsync()).Succeeded().Output;
        Assert.Matches(@"(?m)^ +rate +1\.5$", text);
        string watch = await NativeProgram.BuildAsync("date/watch_date.c");
        using RunningProgram program = Command.Launcher("--config", conf, "--", watch).Start();
        await ReadAsync(program);
        Assert.Matches(@" 2030-01-01T00:\d\d:\d\dZ x1\.5 ", (await Command.Launcher("--list").RunAsync()).Succeeded().Output);
        Assert.Contains("\"rate\": \"1.5\"", (await Command.Launcher("--list", "--json").RunAsync()).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Shown_rate_is_exact_and_can_be_given_again()
    {
        using TemporaryDirectory directory = new();
        StateJson first = await StateJson.OfAsync("--config", directory.File("one"), "--realtime-rate", "+200ppm");
        StateJson second = await StateJson.OfAsync("--config", directory.File("two"), "--realtime-rate", first.Rate!);
        Assert.Equal("1.000200000000404543243348598480224609375", first.Rate);
        Assert.Equal(first.Rate, second.Rate);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Rate_stays_when_the_date_is_set_and_goes_with_rate_1()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await StateJson.OfAsync("--config", conf, "--realtime-rate", "0");
        ConfigOnDisk disk = ConfigOnDisk.Read(conf);
        Assert.Equal((ConfigExtension.NewestVersion, ConfigExtension.RateBit), (disk.Extension.version, disk.Extension.sequence & ConfigExtension.RateBit));
        Assert.Equal(AtSeconds, (await StateJson.OfAsync("--config", conf, "--realtime-at", At)).Virtual("realtime"));
        Assert.Equal(AtSeconds + 60, (await StateJson.OfAsync("--config", conf, "--advance", "60s")).Virtual("realtime"));
        Assert.Equal(AtSeconds + 60, (await StateJson.OfAsync("--config", conf, "--monotonic-at", "60s")).Virtual("realtime"));

        StateJson running = await StateJson.OfAsync("--config", conf, "--realtime-rate", "1");
        Assert.Null(running.Rate);
        Assert.InRange(running.Virtual("realtime"), AtSeconds + 60, AtSeconds + 60 + Start);
        disk = ConfigOnDisk.Read(conf);
        Assert.Equal(ConfigExtension.CurrentVersion, disk.Extension.version);
        Assert.Equal(0UL, disk.Extension.sequence & (ConfigExtension.RateBit | 1));

        await StateJson.OfAsync("--config", conf, "--realtime-rate", "7");
        StateJson host = await StateJson.OfAsync("--config", conf, "--realtime-rate", "1", "--realtime-offset", "0");
        Assert.Equal((null, 0m), (host.Rate, host.Offset("realtime")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Saved_clocks_go_on_with_the_hosts_time_that_has_passed()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await StateJson.OfAsync("--config", conf, "--monotonic-at", "1000s", "--realtime-rate", "3600");
        (await Command.Launcher("--config", conf, "--save").RunAsync()).Succeeded();
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        StateJson resumed = await StateJson.OfAsync("--config", conf, "--resume", "--elapsed");
        Assert.InRange(resumed.Virtual(), 1001, 1000 + Start);
        Assert.Equal("3600", resumed.Rate);

        await StateJson.OfAsync("--config", conf, "--realtime-rate", "0");
        (await Command.Launcher("--config", conf, "--save").RunAsync()).Succeeded();
        AssertRefused(await Command.Launcher("--config", conf, "--resume", "--elapsed").RunAsync(), "stands still");
        AssertRefused(await Command.Launcher("--config", conf, "--realtime-rate", "2").RunAsync(), "has saved clocks");
        (await Command.Launcher("--config", conf, "--resume").RunAsync()).Succeeded();
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--realtime-rate: \"fast\" is not a rate", "--realtime-rate", "fast", "--", "true")]
    [InlineData("--realtime-rate: a time namespace cannot", "--backend", "namespace", "--realtime-rate", "2", "--", "true")]
    [InlineData("use --realtime-rate for it, and --advance", "--rate", "2", "--", "true")]
    [InlineData("use --realtime-rate for it, and --advance", "--rate=2", "--", "true")]
    [InlineData("--advance: moves all clocks", "--config", "none", "--advance", "1s", "--realtime-rate", "2")]
    [InlineData("--save: cannot be combined with a clock option", "--config", "none", "--save", "--realtime-rate", "2")]
    [InlineData("--config-layout: c has no room", "--config", "none", "--config-layout", "c", "--realtime-rate", "2")]
    public async Task Impossible_request_is_refused(string reason, params string[] arguments) =>
        AssertRefused(await Command.Launcher(arguments).RunAsync(), reason);

    [Fact(Timeout = Limits.Test)]
    public async Task File_of_another_tool_without_room_is_refused_and_one_with_room_is_used()
    {
        using ConfigFile small = ConfigFile.At(5, ConfigLayout.CFileSize);
        AssertRefused(await Command.Launcher("--config", small.Path, "--realtime-rate", "2").RunAsync(), "has no room for a date");
        using ConfigFile large = ConfigFile.At(5);
        StateJson state = await StateJson.OfAsync("--config", large.Path, "--realtime-rate", "2");
        Assert.Equal("2", state.Rate);
        Limits.AssertJustAfter(5, state.Virtual());
    }

    private static async Task<(decimal Before, decimal Date, decimal After)> ReadAsync(RunningProgram program) =>
        (await program.ReadNumberAsync("before"), await program.ReadNumberAsync("date"), await program.ReadNumberAsync("after"));

    private static void AssertRan(decimal ran, decimal least, decimal most, decimal rate) =>
        Assert.InRange(ran, Math.Floor(least * rate * 999_999m) / 1_000_000m, Math.Ceiling(most * rate * 1_000_001m) / 1_000_000m);

    private static void AssertRefused(Result result, string reason)
    {
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("virttime-run: ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
    }
}
