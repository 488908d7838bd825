using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Resource limits and system call filters that are in force before the launcher starts.</summary>
public class LimitTests
{
    private const int EPERM = 1;
    private const int ENOSYS = 38;

    // The man page gives these limits.
    [Theory(Timeout = Limits.Test)]
    [InlineData("-v 50000")]
    [InlineData("-d 4000")]
    [InlineData("-s 64")]
    [InlineData("-n 10")]
    [InlineData("-l 0")]
    public async Task Launcher_starts_under_a_limit(string limit)
    {
        string program = await NativeProgram.BuildAsync("watch_clock.c");
        string script = $"ulimit {limit}; for i in 1 2 3 4 5; do \"$0\" --monotonic-at 12345s -- \"$1\"; done";
        Result result = (await Command.Of("bash", "-ec", script, Paths.Launcher, program).RunAsync()).Succeeded();
        Assert.Equal(5, result.Lines.Count);
        Assert.All(result.Lines, line => Assert.StartsWith("clock=1234", line, StringComparison.Ordinal));
        Assert.Empty(result.Error);
    }

    // The limit decides how large the collector's tables are, so also whether they end in the middle of a page.
    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_starts_under_each_limit_of_address_space()
    {
        const string Script = "for limit in $(seq 50000 1000 82000); do (ulimit -v $limit; exec \"$0\" -- true) || echo \"$limit: $?\"; done";
        Result result = await Command.Of("bash", "-c", Script, Paths.Launcher).RunAsync();
        Assert.Empty(result.Output);
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Collections_for_a_long_command_line_start_no_thread()
    {
        string strace = Needs.Tool("strace");
        using TemporaryDirectory directory = new();
        string log = directory.File("log");
        string[] words = [.. Enumerable.Repeat(new string('a', 100_000), 18)];
        string[] launch = [Paths.Launcher, "--monotonic-offset", "+5s", "true", .. words];
        (await Command.Of(strace, ["-f", "-o", log, "-e", "trace=clone,clone3,execve", .. launch]).RunAsync()).Succeeded();
        string calls = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        Assert.Contains("execve(", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("clone", calls, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("")]
    [InlineData("\"$0\" -- true; ")]
    public async Task Files_that_may_have_no_size_are_an_error_with_a_message(string before)
    {
        using TemporaryDirectory runtime = new();
        string script = before + "ulimit -f 0; exec \"$0\" -- true";
        Result result = await Command.Of("bash", "-ec", script, Paths.Launcher).With("XDG_RUNTIME_DIR", runtime.Path).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("the file size limit is too low", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("")]
    [InlineData("--verbose")]
    public async Task Message_that_the_limit_forbids_does_not_cost_the_exit_status(string options)
    {
        using TemporaryDirectory directory = new();
        string script = $"set +e; ulimit -f 0; \"$0\" {options} -- true 2>\"$1\"; echo \"status=$?\"";
        Command command = Command.Of("bash", "-ec", script, Paths.Launcher, directory.File("messages")).With("XDG_RUNTIME_DIR", directory.Path);
        Assert.Equal("status=125", Assert.Single((await command.RunAsync()).Lines));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("")]
    [InlineData("--verbose")]
    public async Task Command_has_the_limit_and_its_signal_as_before(string options)
    {
        using TemporaryDirectory directory = new();
        string script = $"set +e; \"$0\" {options} -- bash -c 'ulimit -f 0; echo text >\"$0\"' \"$1\" 2>&-; echo \"status=$?\"";
        Command command = Command.Of("bash", "-ec", script, Paths.Launcher, directory.File("out")).With("XDG_RUNTIME_DIR", directory.Path);
        Assert.Equal("status=153", Assert.Single((await command.RunAsync()).Lines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_needs_no_thread()
    {
        Needs.Root();
        using Targets targets = new();
        Inspector nobody = await Inspector.OfNobodyAsync(targets);
        string program = await targets.DynamicAsync();
        Command launcher = nobody.Launcher;
        string[] setpriv = [.. launcher.Arguments];
        Command limited = launcher with { Arguments = [.. setpriv[..^1], "bash", "-c", "ulimit -u 1; exec \"$0\" \"$@\"", setpriv[^1]] };
        decimal host = HostClock.Monotonic();
        Result result = await (limited with { Arguments = limited.Arguments.AddRange(["--monotonic-offset", "+400d", "--", program]) }).RunAsync();
        Limits.AssertJustAfter(host + (400 * 86400), result.Succeeded().Number("clock"));
        Assert.Empty(result.Error);

        // Only diagnostics need a thread.
        Result verbose = await (limited with { Arguments = limited.Arguments.AddRange(["--verbose", "--", program]) }).RunAsync();
        Assert.Equal(125, verbose.ExitCode);
        Assert.Equal(
            "virttime-run: diagnostics: no thread can be started for them; raise the limits (ulimit -u, -v), or omit --verbose and --log-level",
            Assert.Single(verbose.ErrorLines));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(EPERM)]
    [InlineData(ENOSYS)]
    public async Task Calls_that_a_filter_does_not_know_can_be_done_without(int error)
    {
        string filter = await NativeProgram.BuildAsync("launcher/refuse_calls.c");
        using Targets targets = new();
        string program = await targets.DynamicAsync();
        Inspector inspector = new(Command.Of(filter, $"{error}", Paths.Launcher));
        await inspector.AcceptsAsync(program);
        await inspector.AcceptsAsync(targets.Script("script", $"#!{program}\n"));

        string plain = targets.Script("plain", "text\n", UnixFileMode.UserRead);
        await inspector.CannotRunAsync(126, $"{plain}: permission denied; make the program executable (chmod +x)", plain);

        Result verbose = (await Command.Of(filter, $"{error}", Paths.Launcher, "--verbose", "--", program).RunAsync()).Succeeded();
        Assert.Contains("virttime-run: debug: command ", verbose.Error, StringComparison.Ordinal);
    }
}
