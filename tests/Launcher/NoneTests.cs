using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary><c>--none</c>: runs a command on the host's clocks, from a process whose clocks are shifted.</summary>
public class NoneTests
{
    private static readonly string[] s_outer = ["--monotonic-at", "1000000d", "--"];

    [Fact(Timeout = Limits.Test)]
    public async Task Command_runs_on_the_hosts_clocks()
    {
        decimal host = HostClock.Monotonic();
        Result result = await RunInsideAsync("--none", "--", await WatchAsync());
        Assert.InRange(result.Number("clock"), host, HostClock.Monotonic());
        Assert.Empty(result.Error);
    }

    // A process cannot leave its time namespace.
    [Fact(Timeout = Limits.Test)]
    public async Task Time_namespace_is_warned_of()
    {
        string[] outer = ["--backend", "namespace", "--monotonic-offset", "1000000d", "--"];
        Result result = await Command.Launcher([.. outer, Paths.Launcher, "--none", "--", "true"]).RunAsync();
        Assert.SkipWhen(result.ExitCode == 125, "a time namespace is not to be had here");
        Assert.Contains("time namespace", Assert.Single(result.Succeeded().ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task So_does_what_it_starts_with_a_cleared_environment()
    {
        decimal host = HostClock.Monotonic();
        Result result = await RunInsideAsync("--none", "--", "env", "-i", "sh", "-c", await WatchAsync());
        Assert.InRange(result.Number("clock"), host, HostClock.Monotonic());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(null)]
    [InlineData("libm.so.6")]
    [InlineData("libm.so.6:libdl.so.2")]
    public async Task Of_the_environment_only_ours_is_taken_out(string? preload)
    {
        Command outside = Command.Of("env").With("A", "1").With("LD_PRELOAD", preload).With("VIRT_TIME_INHERIT", "0");
        Command inside = Command.Launcher([.. s_outer, Paths.Launcher, "--none", "--", "env"]).With("A", "1").With("LD_PRELOAD", preload);
        Assert.Equal(Variables(await outside.RunAsync()), Variables(await inside.RunAsync()));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Outside_of_a_shifted_tree_it_does_no_harm()
    {
        decimal host = HostClock.Monotonic();
        Result result = (await Command.Launcher("--none", "--", await WatchAsync()).RunAsync()).Succeeded();
        Assert.InRange(result.Number("clock"), host, HostClock.Monotonic());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Within_it_a_launcher_shifts_again()
    {
        Result result = await RunInsideAsync("--none", "--", Paths.Launcher, "--monotonic-at", "12345s", "--", await WatchAsync());
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    // The launcher itself never has a library preloaded. The environment that it prints must work for other programs.
    [Fact(Timeout = Limits.Test)]
    public async Task Within_it_what_is_printed_for_the_environment_shifts_again()
    {
        using TemporaryDirectory directory = new();
        string script = $"export $({Paths.Launcher} --monotonic-at 12345s --config {directory.File("conf")} --print-env); {await WatchAsync()}";
        Limits.AssertJustAfter(12345, (await RunInsideAsync("--none", "--", "sh", "-c", script)).Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Command_is_not_inspected_for_what_would_escape()
    {
        using Targets targets = new();
        decimal host = HostClock.Monotonic();
        Result result = await RunInsideAsync("--none", "--", await targets.LinkedAsync("static", "-static"));
        Assert.InRange(result.Number("clock"), host, HostClock.Monotonic());
        Assert.Empty(result.Error);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(0, "true")]
    [InlineData(7, "sh", "-c", "exit 7")]
    [InlineData(127, "no_such_command_here")]
    [InlineData(126, "/etc/passwd")]
    public async Task Exit_status_is_that_of_env(int status, params string[] command)
    {
        Assert.Equal(status, (await Command.Of("env", command).RunAsync()).ExitCode);
        Assert.Equal(status, (await Command.Launcher(["--none", "--", .. command]).RunAsync()).ExitCode);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at", "1s")]
    [InlineData("--boottime-offset", "monotonic")]
    [InlineData("--config", "conf")]
    [InlineData("--config-mode", "0600")]
    [InlineData("--pid", "1")]
    [InlineData("--save")]
    [InlineData("--resume")]
    [InlineData("--elapsed")]
    [InlineData("--criu-action")]
    [InlineData("--check")]
    [InlineData("--force")]
    [InlineData("--json")]
    [InlineData("--print-env")]
    public async Task Options_for_other_clocks_are_refused(params string[] options)
    {
        Result result = await Command.Launcher([.. options, "--none", "--", "true"]).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Equal(
            "virttime-run: --none: runs a command on the host's clocks; combine it only with --verbose and --log-level", Assert.Single(result.ErrorLines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task It_does_not_go_with_a_listing() =>
        Assert.Equal(125, (await Command.Launcher("--list", "--none").RunAsync()).ExitCode);

    [Fact(Timeout = Limits.Test)]
    public async Task Without_a_command_it_is_refused()
    {
        Result result = await Command.Launcher("--none").RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Equal("virttime-run: --none: needs a command to run on the host's clocks", Assert.Single(result.ErrorLines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Who_has_left_may_start_a_launcher()
    {
        Command command = Command.Launcher("--monotonic-at", "12345s", "--", await WatchAsync()).With("VIRT_TIME_INHERIT", "0");
        Limits.AssertJustAfter(12345, (await command.RunAsync()).Succeeded().Number("clock"));
    }

    private static Task<string> WatchAsync() => NativeProgram.BuildAsync("watch_clock.c");

    private static async Task<Result> RunInsideAsync(params string[] arguments) =>
        (await Command.Launcher([.. s_outer, Paths.Launcher, .. arguments]).RunAsync()).Succeeded();

    private static IEnumerable<string> Variables(Result result) =>
        result.Succeeded().Lines.Where(line => !line.StartsWith("_=", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
