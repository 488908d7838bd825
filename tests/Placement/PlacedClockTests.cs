using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Placement;

/// <summary>A static Go program runs on virtual clocks, without an option.</summary>
public class PlacedClockTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("")]
    [InlineData("--backend=place")]
    [InlineData("--backend=auto")]
    public async Task Static_Go_program_reads_virtual_clocks(string backend)
    {
        string program = await GoPrograms.PlacedAsync();
        string[] options = backend.Length > 0 ? [backend] : [];
        Result result = await Command.Launcher([.. options, "--realtime-at=2031-03-03T00:00:00Z", "--monotonic-at=12345s", "--", program, "clocks"]).RunAsync();
        GoPrograms.AssertVirtual(result);
        Assert.Empty(result.Error);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("-ldflags", "-s -w")]
    [InlineData("-ldflags", "-buildid=")]
    [InlineData("-race=false", "-gcflags=-N -l")]
    public async Task It_may_be_stripped_or_unoptimised(params string[] options) =>
        GoPrograms.AssertVirtual(await GoPrograms.Launch(await GoPrograms.PlacedAsync(options), "clocks").RunAsync());

    [Fact(Timeout = Limits.Test)]
    public async Task It_may_be_position_independent_with_a_static_libc()
    {
        string program = await GoPrograms.BuildAsync("pie", cgo: true, "-buildmode=pie", "-ldflags", "-linkmode external -extldflags -static-pie");
        Limits.AssertJustAfter(GoPrograms.Date, (await GoPrograms.Launch(program).RunAsync()).Succeeded().Number("date"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Waits_of_C_code_in_it_are_warned_of()
    {
        const string Warning = "is a static Go program with a C library: absolute waits of its C code go to the kernel unchanged, and hang or end early; "
            + "if it has such waits, link it dynamically";
        string program = await GoPrograms.BuildAsync("pie", cgo: true, "-ldflags", "-linkmode external -extldflags -static");
        Result result = (await GoPrograms.Launch(program).RunAsync()).Succeeded();
        Limits.AssertJustAfter(GoPrograms.Date, result.Number("date"));
        Assert.Equal($"virttime-run: warning: {program}: {Warning}", Assert.Single(result.ErrorLines));
        Result check = (await Command.Launcher("--check", "--", program).RunAsync()).Succeeded();
        Assert.Equal($"{program} may escape: {Warning}", check.Lines[^1]);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Clock_without_an_option_stays_the_hosts()
    {
        Result result = (await Command.Launcher("--monotonic-at=12345s", "--", await GoPrograms.PlacedAsync(), "clocks").RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, result.Number("clock"));
        Assert.InRange(result.Number("date"), HostClock.Realtime() - 60, HostClock.Realtime() + 1);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Every_way_of_waiting_takes_its_time()
    {
        Result result = (await (await GoPrograms.LaunchAsync("timers")).RunAsync()).Succeeded();
        Assert.Equal(18, result.Lines.Count);
        Assert.All(result.Lines, line => Limits.AssertWaited300(result.Number(line[..line.IndexOf('=', StringComparison.Ordinal)])));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Date_may_run_at_another_rate()
    {
        Command launch = Command.Launcher(
            "--realtime-at=2031-03-03T00:00:00Z", "--realtime-rate=100000", "--", await GoPrograms.PlacedAsync(), "wait", "100ms");
        Result result = (await launch.RunAsync()).Succeeded();
        Assert.InRange(result.Number("date"), GoPrograms.Date + 10_000, GoPrograms.Date + 100_000_000);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Server_under_load_sees_no_wrong_reading()
    {
        Result result = (await (await GoPrograms.LaunchAsync("serve", Needs.IsFullRun ? "20s" : "2s")).RunAsync()).Succeeded();
        Assert.Equal(0, result.Number("wrong"));
        Assert.InRange(result.Number("requests"), 10, decimal.MaxValue);
        Assert.InRange(result.Number("steps"), 2000, decimal.MaxValue);
        Assert.InRange(result.Number("profile"), 100, decimal.MaxValue);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Dynamic_program_that_it_starts_is_shifted()
    {
        Result result = await (await GoPrograms.LaunchAsync("starts", "date", "-u", "+%Y-%m-%d")).RunAsync();
        Assert.Equal("2031-03-03", Assert.Single(result.Succeeded().Lines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Static_program_that_it_executes_is_not_shifted()
    {
        Result result = (await (await GoPrograms.LaunchAsync("execs")).RunAsync()).Succeeded();
        Assert.Equal(6, result.Lines.Count);
        Limits.AssertJustAfter(GoPrograms.Date, result.Number("date"));
        Assert.InRange(decimal.Parse(result.Lines[4]["date=".Length..]), HostClock.Realtime() - 60, HostClock.Realtime() + 1);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("gcc")]
    [InlineData("musl-gcc")]
    public async Task Force_places_the_library_into_another_static_program(string compiler)
    {
        using TemporaryDirectory directory = new();
        string program = directory.File("watch_clock");
        string source = Path.Combine(Paths.Programs, "watch_clock.c");
        (await Command.Compiler(Needs.Tool(compiler), "-D_GNU_SOURCE", "-static", "-o", program, source).RunAsync()).Succeeded();
        Result result = await Command.Launcher("--backend=place", "--force", "--monotonic-at=12345s", "--", program).RunAsync();
        Limits.AssertJustAfter(12345, result.Succeeded().Number("clock"));
        Assert.Equal(
            $"virttime-run: warning: {program}: is a static program that is not recognised as Go: its clocks are virtual, but its absolute waits go to the kernel unchanged, "
                + "and hang or end early; use --backend namespace, or link it dynamically",
            Assert.Single(result.ErrorLines));
    }

    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Signals_may_come_in_the_middle_of_a_read()
    {
        Command command = await GoPrograms.LaunchAsync("stress", Needs.IsFullRun ? "20s" : "3s");
        Result result = (await command.RunAsync()).Succeeded();
        Assert.Equal(0, result.Number("backwards"));
        Assert.InRange(result.Number("readings"), 1000, decimal.MaxValue);
    }
}
