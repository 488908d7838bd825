using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Config;

/// <summary>A config file that another user owns: the owner can truncate it, which kills every process that has it mapped.</summary>
public class OwnerTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at", "5s")]
    [InlineData("--monotonic-at", "5s", "--", "true")]
    [InlineData("--", "true")]
    [InlineData("--print-env")]
    [InlineData("--save")]
    public async Task Is_refused_unless_forced(params string[] use)
    {
        using OrdinaryUser user = new();
        string path = user.PathOf("conf");
        (await user.Launch("--config", path, "--monotonic-at", "12345s").RunAsync()).Succeeded();
        Result result = await Command.Launcher(["--config", path, .. use]).RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Contains("give --force", Assert.Single(result.ErrorLines), StringComparison.Ordinal);

        Result forced = (await Command.Launcher(["--force", "--config", path, .. use]).RunAsync()).Succeeded();
        Assert.Contains("warning: --config", Assert.Single(forced.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Command_of_root_does_not_join_it_by_a_process_unless_forced()
    {
        using OrdinaryUser user = new();
        string path = user.PathOf("conf");
        string watch = user.Copy(await NativeProgram.BuildAsync("watch_clock.c"));
        using RunningProgram program = user.Launch("--config", path, "--monotonic-at", "12345s", "--", "sh", "-c", "echo pid=$$; exec $0", watch).Start();
        string pid = await program.ReadValueAsync("pid");
        await program.ReadNumberAsync("clock");
        Result result = await Command.Launcher("--pid", pid, "--", "true").RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Contains("belongs to user 65534", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Result forced = (await Command.Launcher("--force", "--pid", pid, "--", "true").RunAsync()).Succeeded();
        Assert.Contains("warning: --config", Assert.Single(forced.ErrorLines), StringComparison.Ordinal);
        (await user.Launch("--pid", pid, "--", "true").RunAsync()).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task May_be_looked_at()
    {
        using OrdinaryUser user = new();
        string path = user.PathOf("conf");
        (await user.Launch("--config", path, "--monotonic-at", "12345s").RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, (await StateJson.OfAsync("--config", path)).Virtual());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Root_is_trusted()
    {
        using OrdinaryUser user = new();
        string path = user.PathOf("conf");
        await StateJson.OfAsync("--config", path, "--monotonic-at", "12345s", "--config-mode", "0666");
        Assert.Empty((await user.Launch("--config", path, "--", "true").RunAsync()).Succeeded().Error);
        Assert.Empty((await user.Launch("--config", path, "--monotonic-at", "5s").RunAsync()).Succeeded().Error);
    }
}
