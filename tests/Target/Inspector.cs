using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Passes targets to the launcher to run, to check and to force. Each target prints <c>clock=…</c> when it runs.</summary>
/// <param name="Launcher">The launcher's command without options.</param>
internal sealed record Inspector(Command Launcher)
{
    // 400 days, so that a machine's own clock and its shifted clock cannot be confused.
    private const decimal Shift = 34_560_000;
    private const string Offset = "--monotonic-offset=+400d";

    private const string Nobody = "65534";

    public Inspector()
        : this(Command.Launcher())
    {
    }

    /// <summary>
    /// Returns an inspector that runs as another user. It uses a copy of the launcher, because that user may not be able to read the repository.
    /// </summary>
    public static async Task<Inspector> OfNobodyAsync(Targets targets)
    {
        string launcher = targets.Copy(Paths.Launcher);
        targets.Copy(Paths.Library);
        string runtime = targets.File("runtime");
        Directory.CreateDirectory(runtime);
        (await Command.Of("chown", Nobody, runtime).RunAsync()).Succeeded();
        Command command = Command.Of(Needs.Tool("setpriv"), "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups", launcher);
        return new Inspector(command.With("XDG_RUNTIME_DIR", runtime));
    }

    /// <summary>Asserts that <c>--check</c> accepts the target without running it, and that the target, when run, sees the virtual clock.</summary>
    public async Task AcceptsAsync(params string[] command)
    {
        Result check = (await RunAsync(["--check", "--", .. command])).Succeeded();
        Assert.Equal($"{command[0]} can be shifted", check.Lines[^1]);
        Assert.DoesNotContain("clock=", check.Output, StringComparison.Ordinal);
        Assert.Empty(check.Error);

        decimal host = HostClock.Monotonic();
        Result run = (await RunAsync([Offset, "--", .. command])).Succeeded();
        Limits.AssertJustAfter(host + Shift, run.Number("clock"));
        Assert.Empty(run.Error);
    }

    /// <summary>Asserts that the target does not run, and that both a run and <c>--check</c> give the reason.</summary>
    /// <param name="path">The file that causes the refusal.</param>
    /// <param name="reason">The message about that file, with the remedy.</param>
    public async Task RefusesAsync(string path, string reason, params string[] command)
    {
        Result run = await RunAsync([Offset, "--", .. command]);
        Assert.Equal(125, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal($"virttime-run: {path}: {reason}, or give --force to run it on the host's clocks", Assert.Single(run.ErrorLines));

        Result check = await RunAsync(["--check", "--", .. command]);
        Assert.Equal(125, check.ExitCode);
        Assert.Equal($"{command[0]} would escape: {reason}", check.Lines[^1]);
        Assert.StartsWith(path + " ", check.Lines[^3], StringComparison.Ordinal);
        Assert.DoesNotContain("clock=", check.Output, StringComparison.Ordinal);
        Assert.Empty(check.Error);
    }

    /// <summary>
    /// Asserts the same, and that the target runs with <c>--force</c>, with a warning, and that the reason is true: the target sees the host's clock.
    /// </summary>
    public async Task RefusesButForcesAsync(string path, string reason, params string[] command)
    {
        await RefusesAsync(path, reason, command);
        decimal host = HostClock.Monotonic();
        Result run = (await RunAsync([Offset, "--force", "--", .. command])).Succeeded();
        Assert.InRange(run.Number("clock"), host, HostClock.Monotonic());
        Assert.Equal($"virttime-run: warning: {path}: {reason}", Assert.Single(run.ErrorLines));
    }

    /// <summary>
    /// Asserts that the target runs with a warning that gives the reason and sees the virtual clock, and that <c>--check</c> gives the same reason.
    /// </summary>
    public async Task DoubtsAsync(string path, string reason, params string[] command)
    {
        Result check = (await RunAsync(["--check", "--", .. command])).Succeeded();
        Assert.Equal($"{command[0]} may escape: {reason}", check.Lines[^1]);
        Assert.StartsWith(path + " ", check.Lines[^3], StringComparison.Ordinal);

        decimal host = HostClock.Monotonic();
        Result run = (await RunAsync([Offset, "--", .. command])).Succeeded();
        Limits.AssertJustAfter(host + Shift, run.Number("clock"));
        Assert.Equal($"virttime-run: warning: {path}: {reason}", Assert.Single(run.ErrorLines));
    }

    /// <summary>Asserts that the target is not run, with or without <c>--force</c>, and the exit status. <c>--check</c> exits with 125.</summary>
    public async Task CannotRunAsync(int status, string message, params string[] command)
    {
        AssertFails(status, message, await RunAsync([Offset, "--", .. command]));
        AssertFails(status, message, await RunAsync([Offset, "--force", "--", .. command]));
        AssertFails(125, message, await RunAsync(["--check", "--", .. command]));
    }

    private static void AssertFails(int status, string message, Result result)
    {
        Assert.Equal(status, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal($"virttime-run: {message}", Assert.Single(result.ErrorLines));
    }

    private Task<Result> RunAsync(string[] arguments) => (Launcher with { Arguments = Launcher.Arguments.AddRange(arguments) }).RunAsync();
}
