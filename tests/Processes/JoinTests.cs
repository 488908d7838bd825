using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary><c>--pid PID -- COMMAND</c>: runs a command on the clocks of a running program.</summary>
public class JoinTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Command_runs_on_the_same_clock_and_follows_it()
    {
        using RunningProgram first = await StartWatchAsync("--monotonic-at", "12345s");
        int pid = (int)await first.ReadNumberAsync("pid");
        await first.ReadNumberAsync("clock");
        using RunningProgram second = await StartWatchAsync("--pid", $"{pid}");
        int other = (int)await second.ReadNumberAsync("pid");
        Limits.AssertJustAfter(12345, await second.ReadNumberAsync("clock"));
        Assert.Equal((await StateJson.OfAsync("--pid", $"{pid}")).Config, (await StateJson.OfAsync("--pid", $"{other}")).Config);

        (await Command.Launcher("--pid", $"{pid}", "--monotonic-at", "98765s").RunAsync()).Succeeded();
        await second.WriteAsync("\n");
        Limits.AssertJustAfter(98765, await second.ReadNumberAsync("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Clock_option_adjusts_both()
    {
        using RunningProgram first = await StartWatchAsync("--monotonic-at", "12345s");
        int pid = (int)await first.ReadNumberAsync("pid");
        await first.ReadNumberAsync("clock");
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        Result second = (await Command.Launcher("--pid", $"{pid}", "--monotonic-at", "98765s", "--", watch).RunAsync()).Succeeded();
        Limits.AssertJustAfter(98765, second.Number("clock"));
        await first.WriteAsync("\n");
        Limits.AssertJustAfter(98765, await first.ReadNumberAsync("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_is_deleted_or_replaced_is_refused_with_the_reason()
    {
        Needs.Root();
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using RunningProgram first = await StartWatchAsync("--monotonic-at", "12345s", "--config", conf);
        int pid = (int)await first.ReadNumberAsync("pid");
        await first.ReadNumberAsync("clock");
        File.Delete(conf);
        string ran = directory.File("ran");
        Command touch = Command.Launcher("--pid", $"{pid}", "--", "touch", ran);
        AssertRefused(await touch.RunAsync(), $"its config file {conf} (deleted) is deleted, so the command cannot open it");
        await StateJson.OfAsync("--config", conf, "--monotonic-at", "5s");
        AssertRefused(await touch.RunAsync(), "is deleted, so the command cannot open it");
        Assert.False(File.Exists(ran));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_of_another_mount_namespace_is_refused_for_a_command_but_shown()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        string launch = $"{Paths.Launcher} --config {directory.File("conf")} -- sh -c 'echo pid=$$; exec {watch}'";
        string script = $"mount -t tmpfs none {directory.Path} && exec {launch}";
        using RunningProgram first = Command.Of("unshare", "--mount", "sh", "-c", script).Start();
        int pid = (int)await first.ReadNumberAsync("pid");
        await first.ReadNumberAsync("clock");
        Result refused = await Command.Launcher("--pid", $"{pid}", "--", "true").RunAsync();
        AssertRefused(refused, "has no path here, so the command cannot open it");
        Assert.Equal($"/proc/{pid}/root{directory.File("conf")}", (await StateJson.OfAsync("--pid", $"{pid}")).Config);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_of_another_time_namespace_is_refused()
    {
        await Needs.TimeNamespaceAsync();
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        string[] options = ["--time", "--monotonic", "1000000", Paths.Launcher, "--config", directory.File("conf"), "--"];
        using RunningProgram first = Command.Of("unshare", [.. options, "sh", "-c", "echo pid=$$; exec $0", watch]).Start();
        int pid = (int)await first.ReadNumberAsync("pid");
        await first.ReadNumberAsync("clock");
        AssertRefused(await Command.Launcher("--pid", $"{pid}", "--", "true").RunAsync(), "another time namespace");
    }

    private static async Task<RunningProgram> StartWatchAsync(params string[] options)
    {
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        return Command.Launcher([.. options, "--", "sh", "-c", "echo pid=$$; exec \"$0\"", watch]).Start();
    }

    private static void AssertRefused(Result result, string expected)
    {
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }
}
