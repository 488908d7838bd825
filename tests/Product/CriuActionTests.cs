using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>scripts/criu-action.sh</c>, called as CRIU calls an action script: with variables and no arguments.</summary>
public class CriuActionTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Clocks_are_saved_after_the_dump()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        AssertSilent(await process.Action("post-dump").RunAsync());
        LauncherState state = await LauncherState.OfAsync(process.Config);
        Limits.AssertJustAfter(12345, state.Saved("monotonic"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Clocks_go_on_after_the_restore()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        AssertSilent(await process.Action("post-dump").RunAsync());
        decimal saved = (await LauncherState.OfAsync(process.Config)).Saved("monotonic");

        // As on another host, where the old offset gives another clock. An earlier one: what has expired stays expired.
        (await Command.Launcher("--config", process.Config, "--monotonic-at", "5s").RunAsync()).Succeeded();
        decimal before = HostClock.Monotonic();
        AssertSilent(await process.Action("post-restore").RunAsync());
        process.AssertGoesOn(saved, before, HostClock.Monotonic());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Host_clocks_are_those_of_the_time_namespace_that_the_process_is_in()
    {
        await TimeNamespace.NeedsAsync();
        using WaitingProcess process = await WaitingProcess.StartAsync(TimeNamespace.Inside);
        AssertSilent(await process.Action("post-dump").RunAsync());
        decimal saved = (await LauncherState.OfAsync(process.Config)).Saved("monotonic");
        Limits.AssertJustAfter(12345, saved);

        decimal before = HostClock.Monotonic() + TimeNamespace.Ahead;
        AssertSilent(await process.Action("post-restore").RunAsync());
        process.AssertGoesOn(saved, before, HostClock.Monotonic() + TimeNamespace.Ahead);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_may_be_in_a_time_namespace_and_the_process_not()
    {
        await TimeNamespace.NeedsAsync();
        using WaitingProcess process = await WaitingProcess.StartAsync();
        AssertSilent(await TimeNamespace.Inside(process.Action("post-dump")).RunAsync());
        decimal saved = (await LauncherState.OfAsync(process.Config)).Saved("monotonic");
        Limits.AssertJustAfter(12345, saved);

        decimal before = HostClock.Monotonic();
        AssertSilent(await TimeNamespace.Inside(process.Action("post-restore")).RunAsync());
        process.AssertGoesOn(saved, before, HostClock.Monotonic());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("pre-dump")]
    [InlineData("pre-restore")]
    [InlineData("pre-resume")]
    [InlineData("post-resume")]
    [InlineData("network-lock")]
    [InlineData("network-unlock")]
    [InlineData("setup-namespaces")]
    [InlineData("post-setup-namespaces")]
    [InlineData("orphan-pts-master")]
    [InlineData("query-ext-files")]
    public async Task Other_stages_are_ignored(string stage)
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        AssertSilent(await process.Action(stage).RunAsync());
        AssertSilent(await process.Action(stage).With("CRTOOLS_INIT_PID", null).With("VIRTTIME_CRIU_CONFIG", null).RunAsync());
        Assert.False((await LauncherState.OfAsync(process.Config)).HasSaved);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("CRTOOLS_SCRIPT_ACTION", null, "CRTOOLS_SCRIPT_ACTION is not set")]
    [InlineData("CRTOOLS_SCRIPT_ACTION", "", "CRTOOLS_SCRIPT_ACTION is not set")]
    [InlineData("CRTOOLS_INIT_PID", null, "is not a process id")]
    [InlineData("CRTOOLS_INIT_PID", "self", "is not a process id")]
    [InlineData("CRTOOLS_INIT_PID", "-1", "is not a process id")]
    [InlineData("CRTOOLS_INIT_PID", "99999999", "no such process")]
    [InlineData("VIRTTIME_CRIU_CONFIG", null, "VIRTTIME_CRIU_CONFIG is not set")]
    [InlineData("VIRTTIME_CRIU_CONFIG", "", "VIRTTIME_CRIU_CONFIG is not set")]
    [InlineData("VIRTTIME_CRIU_CONFIG", "/nonexistent", "no such file")]
    [InlineData("VIRTTIME_CRIU_CONFIG", "/etc/passwd", "runs with another config file")]
    [InlineData("VIRTTIME_RUN", "/nonexistent", "not found")]
    [InlineData("VIRTTIME_RUN", "/bin/true", "runs with another config file")]
    public async Task Doubt_fails_the_dump_and_the_restore(string variable, string? value, string reason)
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        (await Command.Launcher("--config", process.Config, "--save").RunAsync()).Succeeded();
        byte[] before = await process.ReadExtensionAsync();
        foreach (string stage in new[] { "post-dump", "post-restore" })
        {
            Result result = await process.Action(stage).With(variable, value).RunAsync();
            Assert.Equal(1, result.ExitCode);
            Assert.StartsWith("criu-action.sh: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
            Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, await process.ReadExtensionAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Tree_without_the_interposer_fails()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        using RunningProgram other = Command.Of("cat").Start();
        Result result = await process.Action("post-dump").With("CRTOOLS_INIT_PID", $"{other.ProcessGroup}").RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has no config file mapped", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Root_of_the_tree_may_be_without_the_interposer()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        AssertSilent(await process.Action("post-dump").With("CRTOOLS_INIT_PID", $"{process.Root}").RunAsync());
        Assert.True((await LauncherState.OfAsync(process.Config)).HasSaved);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Second_config_file_in_the_tree_fails()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        using TemporaryDirectory directory = new();
        string[] launch = [Paths.Launcher, "--config", process.Config, "--", "sh", "-c", "\"$@\"; true", "sh"];
        string[] nested = [Paths.Launcher, "--config", directory.File("other"), "--", await NativeProgram.BuildAsync("watch_clock.c")];
        using RunningProgram tree = Command.Of(launch[0], [.. launch[1..], .. nested]).Start();
        await tree.ReadNumberAsync("clock");

        Result result = await process.Action("post-dump").With("CRTOOLS_INIT_PID", $"{tree.ProcessGroup}").RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("runs with another config file", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False((await LauncherState.OfAsync(process.Config)).HasSaved);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Restore_without_saved_clocks_fails()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        Result result = await process.Action("post-restore").RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has no saved clocks", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Config_file_that_was_replaced_fails()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        File.Copy(process.Config, process.Config + ".copy");
        File.Move(process.Config + ".copy", process.Config, overwrite: true);
        Result result = await process.Action("post-dump").RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("runs with another config file", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Installed_script_finds_the_launcher()
    {
        using TemporaryDirectory prefix = new();
        (await Installation.Command(prefix.Path).RunAsync()).Succeeded();
        using WaitingProcess process = await WaitingProcess.StartAsync();
        Command installed = process.Action("post-dump") with { File = prefix.File("lib/virttime/criu-action.sh") };
        AssertSilent(await installed.With("VIRTTIME_RUN", null).RunAsync());
        Assert.True((await LauncherState.OfAsync(process.Config)).HasSaved);
    }

    private static void AssertSilent(Result result) => Assert.Equal("", result.Succeeded().Output + result.Error);
}
