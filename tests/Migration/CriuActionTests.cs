using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Product;

/// <summary><c>scripts/criu-action.sh</c>, called as CRIU calls an action script: with variables and without arguments.</summary>
public class CriuActionTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData(ConfigLayout.FileSize)]
    [InlineData(ConfigLayout.CFileSize)]
    public async Task Clocks_go_on_after_the_restore(long size)
    {
        using WaitingProcess process = await WaitingProcess.StartAsync(size: size);
        ActionResult.AssertSilent(await process.Action("post-dump").RunAsync());
        decimal saved = process.DumpedClock();

        // This simulates another host, where the old offset gives another clock. The clock is earlier, because an expired call would stay expired.
        (await Command.Launcher("--config", process.Config, "--monotonic-at", "5s").RunAsync()).Succeeded();
        decimal before = HostClock.Monotonic();
        ActionResult.AssertSilent(await process.Action("post-restore").RunAsync());
        process.AssertGoesOn(saved, before, HostClock.Monotonic());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_with_a_deadline_that_cannot_be_moved_fails_the_dump()
    {
        const long UnmovableFlag = 8;
        using WaitingProcess process = await WaitingProcess.StartAsync();
        using (ConfigFile config = ConfigFile.Open(process.Config))
            config.WriteRaw(ConfigLayout.ExtensionPosition + 8, 1 | (UnmovableFlag << 32), 0);
        await ActionResult.AssertFailsAsync(process.Action("post-dump"), "has a wait whose deadline cannot be moved");
        Assert.False(File.Exists(Path.Combine(process.Images, "virttime.img")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_may_only_read_the_file_fails_the_dump()
    {
        using OrdinaryUser user = new();
        using WaitingProcess process = await WaitingProcess.StartAsync();
        string config = user.PathOf("conf");
        (await Command.Launcher("--config", config, "--config-mode", "0644", "--monotonic-at", "5s").RunAsync()).Succeeded();
        string program = user.Copy(await NativeProgram.BuildAsync("watch_clock.c"));
        using RunningProgram reader = user.Launch("--config", config, "--", program).Start();
        await reader.ReadNumberAsync("clock");
        Command action = process.Action("post-dump").With("CRTOOLS_INIT_PID", $"{reader.ProcessGroup}").With("VIRTTIME_CRIU_CONFIG", config);
        await ActionResult.AssertFailsAsync(action, "may only read it");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Host_clocks_are_those_of_the_time_namespace_that_the_process_is_in()
    {
        await TimeNamespace.NeedsAsync();
        using WaitingProcess process = await WaitingProcess.StartAsync(TimeNamespace.Inside);
        ActionResult.AssertSilent(await process.Action("post-dump").RunAsync());
        decimal saved = process.DumpedClock();
        Limits.AssertJustAfter(12345, saved);

        decimal before = HostClock.Monotonic() + TimeNamespace.Ahead;
        ActionResult.AssertSilent(await process.Action("post-restore").RunAsync());
        process.AssertGoesOn(saved, before, HostClock.Monotonic() + TimeNamespace.Ahead);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_may_be_in_a_time_namespace_and_the_process_not()
    {
        await TimeNamespace.NeedsAsync();
        using WaitingProcess process = await WaitingProcess.StartAsync();
        ActionResult.AssertSilent(await TimeNamespace.Inside(process.Action("post-dump")).RunAsync());
        decimal saved = process.DumpedClock();
        Limits.AssertJustAfter(12345, saved);

        decimal before = HostClock.Monotonic();
        ActionResult.AssertSilent(await TimeNamespace.Inside(process.Action("post-restore")).RunAsync());
        process.AssertGoesOn(saved, before, HostClock.Monotonic());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("pre-dump")]
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
        ActionResult.AssertSilent(await process.Action(stage).RunAsync());
        ActionResult.AssertSilent(await process.Action(stage).With("CRTOOLS_INIT_PID", null).With("VIRTTIME_CRIU_CONFIG", null).RunAsync());
        Assert.Single(Directory.GetFileSystemEntries(process.Images));
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
    [InlineData("VIRTTIME_CRIU_CONFIG", "conf", "not an absolute path")]
    [InlineData("VIRTTIME_CRIU_CONFIG", "/etc/passwd", "is not a config file")]
    [InlineData("CRTOOLS_IMAGE_DIR", null, "CRTOOLS_IMAGE_DIR: is not set")]
    [InlineData("CRTOOLS_IMAGE_DIR", "/nonexistent", "no such file or directory")]
    [InlineData("CRTOOLS_IMAGE_DIR", "/", "no images of CRIU")]
    [InlineData("VIRTTIME_RUN", "/nonexistent", "not found")]
    [InlineData("VIRTTIME_RUN", "/bin/false", "criu-action.sh: post")]
    public async Task Doubt_fails_the_dump_and_the_restore(string variable, string? value, string reason)
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        ActionResult.AssertSilent(await process.Action("post-dump").RunAsync());
        byte[] before = await process.ReadConfigAsync();
        foreach (string stage in new[] { "post-dump", "post-restore" })
            await ActionResult.AssertFailsAsync(process.Action(stage).With(variable, value), reason);

        Assert.Equal(before, await process.ReadConfigAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Tree_without_the_interposer_fails()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        using RunningProgram other = Command.Of("cat").Start();
        await ActionResult.AssertFailsAsync(process.Action("post-dump").With("CRTOOLS_INIT_PID", $"{other.ProcessGroup}"), "no process of the tree uses it");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Root_of_the_tree_may_be_without_the_interposer()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        ActionResult.AssertSilent(await process.Action("post-dump").With("CRTOOLS_INIT_PID", $"{process.Root}").RunAsync());
        Limits.AssertJustAfter(12345, process.DumpedClock());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("watch_clock.c", "clock")]
    [InlineData("launcher/overwrite_environment.c", "pid", "a title")]
    public async Task Second_config_file_in_the_tree_fails(string source, string says, params string[] arguments)
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        using TemporaryDirectory directory = new();
        string program = await NativeProgram.BuildAsync(source);
        string[] launch = [Paths.Launcher, "--config", process.Config, "--", "sh", "-c", "\"$@\"; true", "sh"];
        string[] nested = [Paths.Launcher, "--config", directory.File("other"), "--", program, .. arguments];
        using RunningProgram tree = Command.Of(launch[0], [.. launch[1..], .. nested]).Start();
        await tree.ReadNumberAsync(says);

        Command action = process.Action("post-dump").With("CRTOOLS_INIT_PID", $"{tree.ProcessGroup}");
        await ActionResult.AssertFailsAsync(action, "uses another config file, " + directory.File("other"));
        Assert.False(File.Exists(Path.Combine(process.Images, "virttime.img")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Config_file_that_was_replaced_fails()
    {
        using WaitingProcess process = await WaitingProcess.StartAsync();
        File.Copy(process.Config, process.Config + ".copy");
        File.Move(process.Config + ".copy", process.Config, overwrite: true);
        await ActionResult.AssertFailsAsync(process.Action("post-dump"), "uses another config file");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Installed_script_finds_the_launcher()
    {
        using TemporaryDirectory prefix = new();
        (await Installation.Command(prefix.Path).RunAsync()).Succeeded();
        using WaitingProcess process = await WaitingProcess.StartAsync();
        Command installed = process.Action("post-dump") with { File = prefix.File("lib/virttime/criu-action.sh") };
        ActionResult.AssertSilent(await installed.With("VIRTTIME_RUN", null).RunAsync());
        Limits.AssertJustAfter(12345, process.DumpedClock());
    }
}
