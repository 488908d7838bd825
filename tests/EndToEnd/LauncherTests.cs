using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>The launcher as scripts and CI jobs use it.</summary>
public class LauncherTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 0", 0)]
    [InlineData("kill -9 $$", 137)]
    public async Task Exit_status_passes_through(string script, int expected)
    {
        Result result = await Command.Launcher("--monotonic-at", "12345s", "--", "sh", "-c", script).RunAsync();
        Assert.Equal(expected, result.ExitCode);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Output_and_input_pass_through()
    {
        Result result = await Command.Launcher("--monotonic-at", "12345s", "--", "sh", "-c", "cat; echo to error >&2").RunAsync("from input\n");
        Assert.Equal(("from input\n", "to error\n"), (result.Output, result.Error));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Command_that_is_not_there_is_127() =>
        await AssertFailsAsync(127, "--monotonic-at", "12345s", "--", "no-such-command-anywhere");

    [Fact(Timeout = Limits.Test)]
    public async Task Command_that_cannot_be_run_is_126() =>
        await AssertFailsAsync(126, "--monotonic-at", "12345s", "--", Path.Combine(Paths.Root, "global.json"));

    [Fact(Timeout = Limits.Test)]
    public async Task Directory_cannot_be_run() => await AssertFailsAsync(126, "--monotonic-at", "12345s", "--", Paths.Root);

    [Theory(Timeout = Limits.Test)]
    [InlineData("--no-such-option", "--", "true")]
    [InlineData("--monotonic-at", "12x", "--", "true")]
    [InlineData("--monotonic-at", "-5s", "--", "true")]
    [InlineData("--monotonic-at")]
    public async Task Wrong_usage_is_125(params string[] arguments) => await AssertFailsAsync(125, arguments);

    [Fact(Timeout = Limits.Test)]
    public async Task Options_behind_the_command_are_the_commands()
    {
        Result result = (await Command.Launcher("--monotonic-at", "12345s", "echo", "--monotonic-at", "-v", "--", "--help").RunAsync()).Succeeded();
        Assert.Equal("--monotonic-at -v -- --help\n", result.Output);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--help", "monotonic-at")]
    [InlineData("--version", "0.")]
    public async Task Help_and_version_go_to_output(string option, string expected)
    {
        Result result = (await Command.Launcher(option).RunAsync()).Succeeded();
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Verbose_says_what_it_does_on_error_only()
    {
        Result result = (await Command.Launcher("--verbose", "--monotonic-at", "12345s", "--", "echo", "ran").RunAsync()).Succeeded();
        Assert.Equal("ran\n", result.Output);
        Assert.NotEmpty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Shebang_line_runs_a_script_with_a_shifted_clock()
    {
        string python = Needs.Tool("python3");
        using TemporaryDirectory directory = new();
        string script = directory.File("script");
        await File.WriteAllTextAsync(
            script,
            $"#!{Paths.Launcher} -S --monotonic-at 12345s -- {python}\nimport sys, time\nprint('clock=%f' % time.monotonic())\nprint(sys.argv[1:])\n",
            TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Result result = (await Command.Of(script, "two words", "--help").RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, result.Number("clock"));
        Assert.Equal("['two words', '--help']", result.Lines[^1]);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Broken_pipe_ends_the_target()
    {
        Result result = await Command.Of("sh", "-c", "\"$@\" -- yes | head -1", "sh", Paths.Launcher, "--monotonic-at", "12345s").RunAsync();
        Assert.Equal("y\n", result.Succeeded().Output);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Ctrl_c_reaches_the_target()
    {
        string terminal = await NativeProgram.BuildAsync("on_terminal.c", "-lutil");
        string script = "trap 'echo interrupted; exit 9' INT; echo up and running; sleep 20 & wait";
        Result result = await Command.Of(terminal, "-i", "running", Paths.Launcher, "--monotonic-at", "12345s", "--", "sh", "-c", script).RunAsync();
        Assert.Contains("interrupted", result.Output, StringComparison.Ordinal);
        Assert.Equal(9, result.ExitCode);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Preload_that_is_there_stays_behind_ours_and_ours_comes_once()
    {
        string other = await NativeProgram.BuildLibraryAsync("gettime_wrapper.c");
        Command nested = Command.Launcher("--monotonic-at", "99s", "--", Paths.Launcher, "--monotonic-at", "12345s", "--", "printenv", "LD_PRELOAD");
        Result result = (await nested.Preloading(other).RunAsync()).Succeeded();
        Assert.Equal([Paths.Library, other], result.Output.Trim().Split(':', ' '));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Nested_launchers_shift_once()
    {
        string probe = await NativeProgram.BuildAsync("clock_probe.c");
        Result result = (await Command.Launcher("--monotonic-at", "99s", "--", Paths.Launcher, "--monotonic-at", "12345s", "--", probe).RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    private static async Task AssertFailsAsync(int status, params string[] arguments)
    {
        Result result = await Command.Launcher(arguments).RunAsync();
        Assert.Equal(status, result.ExitCode);
        Assert.StartsWith("virttime-run: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }
}
