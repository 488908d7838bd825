using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Freezing;

/// <summary>If a process cannot be stopped, nothing is changed.</summary>
public class RefusalTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Program_under_a_debugger()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget first = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        using WaitingTarget second = await WaitingTarget.StartAsync("--config", conf);
        using RunningProgram tracer = Command.Of(await NativeProgram.BuildAsync("freeze/tracer.c"), $"{second.Thread}").Start();
        Assert.SkipUnless(await tracer.ReadNumberAsync("error") == 0, "needs to trace programs");
        byte[] before = await ReadAsync(conf);

        Result refused = await Moving.Advance(first.Thread, "1h").RunAsync();
        string who = $"process {second.Thread}: its thread {second.Thread} (slot_wait) cannot be stopped";
        Moving.AssertRefused(refused, who, "(tracer) traces it", "--no-freeze");
        Assert.Equal(before, await ReadAsync(conf));

        Result noted = (await Moving.Advance(first.Thread, "1h", "--no-freeze").RunAsync()).Succeeded();
        Assert.Contains("2 calls in flight may keep the old deadline", Assert.Single(noted.ErrorLines), StringComparison.Ordinal);
        await tracer.WriteAsync("\n");
        await tracer.EndAsync();
        await Moving.AdvanceAsync(first.Thread, "1h");
        Assert.Equal("error=0", await first.ReadLineAsync());
        Assert.Equal("error=0", await second.ReadLineAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_under_another_launcher_is_waited_for()
    {
        using TemporaryDirectory directory = new();
        string launcher = directory.File("virttime-run");
        File.Copy(await NativeProgram.BuildAsync("freeze/tracer.c"), launcher);
        using WaitingTarget target = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", directory.File("conf"));
        using RunningProgram tracer = Command.Of(launcher, $"{target.Thread}").Start();
        Assert.SkipUnless(await tracer.ReadNumberAsync("error") == 0, "needs to trace programs");
        Moving.AssertRefused(await Moving.Advance(target.Thread, "1h").RunAsync(), "(virttime-run) traces it");

        Task<Result> waiting = Moving.Advance(target.Thread, "1h").RunAsync();
        await Task.Delay(500, TestContext.Current.CancellationToken);
        await tracer.WriteAsync("\n");
        (await waiting).Succeeded();
        Assert.Equal("error=0", await target.ReadLineAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_of_another_user()
    {
        using OrdinaryUser user = new();
        string conf = user.PathOf("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf, "--config-mode", "0666");
        byte[] before = await ReadAsync(conf);
        Moving.AssertRefused(await user.Launch("--pid", $"{waiting.Thread}", "--advance", "1h").RunAsync(), "belongs to another user");
        Moving.AssertRefused(
            await user.Launch("--config", conf, "--advance", "1h").RunAsync(), $"process {waiting.Thread}: may have a call in flight", "this user is not permitted to read it; run virttime-run as root");
        Assert.Equal(before, await ReadAsync(conf));
        (await user.Launch("--config", conf, "--advance", "-1h", "--no-freeze").RunAsync()).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Root_without_the_capability_is_told_so_and_not_to_run_as_root()
    {
        using OrdinaryUser user = new();
        string conf = user.PathOf("conf");
        (await Command.Launcher("--config", conf, "--config-mode", "0666", "--monotonic-at", "12345s").RunAsync()).Succeeded();
        string program = user.Copy(await NativeProgram.BuildAsync("slot_wait.c"));
        using RunningProgram waiting = user.Launch("--config", conf, "--", program, "sem_clockwait", "3600000").Start();
        int thread = (int)await waiting.ReadNumberAsync("thread");
        await waiting.ReadNumberAsync("deadline");
        for (int i = 0; i < 1000 && (await StateJson.OfAsync("--config", conf)).InFlight.Count == 0; i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        // Newer kernels let processes with CAP_PERFMON read mappings, too.
        string[] privileges = ["--bounding-set=-sys_ptrace,-perfmon,-sys_admin,-dac_override,-dac_read_search", "--inh-caps=-all"];
        Command launcher = Command.Of(Needs.Tool("setpriv"), [.. privileges, Paths.Launcher, "--config", conf]);
        Result refused = await (launcher with { Arguments = [.. launcher.Arguments, "--advance", "1h"] }).RunAsync();
        Moving.AssertRefused(
            refused,
            $"process {thread}: may have a call in flight on the same config file, but even root cannot read it: virttime-run lacks CAP_SYS_PTRACE;",
            "or give --no-freeze");
        Result shown = (await launcher.RunAsync()).Succeeded();
        Assert.Contains("1 call may belong to threads that have exited: ", Assert.Single(shown.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("root may", shown.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Own_processes_need_no_privileges()
    {
        using OrdinaryUser user = new();
        string program = user.Copy(await NativeProgram.BuildAsync("slot_wait.c"));
        using RunningProgram waiting = user.Launch("--monotonic-at", "12345s", "--", program, "sem_clockwait", "3600000").Start();
        int thread = (int)await waiting.ReadNumberAsync("thread");
        await waiting.ReadNumberAsync("deadline");
        for (int i = 0; i < 1000 && StateJson.Of(await user.Launch("--pid", $"{thread}", "--json").RunAsync()).InFlight.Count == 0; i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Result result = (await user.Launch("--pid", $"{thread}", "--advance", "1h").RunAsync()).Succeeded();
        Assert.Empty(result.Error);
        Assert.Equal(110, await waiting.ReadNumberAsync("error"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Where_nobody_may_be_traced()
    {
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s");
        decimal before = (await StateJson.OfAsync("--pid", $"{waiting.Thread}")).Offset();
        string strace = Needs.Tool("strace");
        Command advance = Moving.Advance(waiting.Thread, "1h");
        Result result = await (advance with
        {
            File = strace, Arguments = ["-f", "-o", "/dev/null", "-e", "inject=ptrace:error=EPERM", advance.File, .. advance.Arguments],
        }).RunAsync();
        Moving.AssertRefused(result, $"process {waiting.Thread}: its thread {waiting.Thread} (slot_wait) cannot be stopped: permission denied");
        Assert.Equal(Environment.IsPrivilegedProcess, !result.Error.Contains("as root", StringComparison.Ordinal));
        Assert.Equal(before, (await StateJson.OfAsync("--pid", $"{waiting.Thread}")).Offset());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("needs --config FILE or --pid PID", "--advance", "1h", "--", "true")]
    [InlineData("give no other clock option", "--config", "FILE", "--advance", "1h", "--monotonic-at", "5s")]
    [InlineData("--resume: cannot be combined with a clock option", "--config", "FILE", "--advance", "1h", "--resume")]
    [InlineData("--no-freeze: needs a clock option", "--config", "FILE", "--no-freeze")]
    [InlineData("--no-freeze: needs a clock option", "--config", "FILE", "--no-freeze", "--save")]
    [InlineData("is not a time", "--config", "FILE", "--advance", "soon")]
    [InlineData("a clock would read -", "--config", "FILE", "--advance", "-3d")]
    [InlineData("is too far", "--config", "FILE", "--advance", "2305843009213693951s")]
    [InlineData("no such file", "--config", "NONE", "--advance", "3d")]
    public async Task Options_that_make_no_sense(string reason, params string[] options)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--config", conf, "--monotonic-at", "1d", "--boottime-at", "1d").RunAsync()).Succeeded();
        byte[] before = await ReadAsync(conf);
        string[] given = [.. options.Select(option => option switch { "FILE" => conf, "NONE" => directory.File("none"), _ => option })];
        Moving.AssertRefused(await Command.Launcher(given).RunAsync(), reason);
        Assert.Equal(before, await ReadAsync(conf));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("1h30m", 5400)]
    [InlineData("-90s", -90)]
    public async Task Advance_moves_all_virtual_clocks_from_where_they_are(string time, int seconds)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--config", conf, "--monotonic-at", "1d", "--boottime-at", "2d").RunAsync()).Succeeded();
        StateJson before = await StateJson.OfAsync("--config", conf);
        StateJson after = await StateJson.OfAsync("--config", conf, "--advance", time);
        Assert.Equal(before.Offset() - seconds, after.Offset());
        Assert.Equal(before.Offset("boottime") - seconds, after.Offset("boottime"));
        Assert.Equal(0, after.Offset("realtime"));
    }

    // Reads the first bytes of the file and the extension block. A change begins with these parts. The whole file is 71 MB, mostly holes.
    private static async Task<byte[]> ReadAsync(string conf)
    {
        byte[] parts = new byte[2 * ConfigLayout.ExtensionSize];
        using FileStream file = File.OpenRead(conf);
        await RandomAccess.ReadAsync(file.SafeFileHandle, parts.AsMemory(0, ConfigLayout.ExtensionSize), 0);
        await RandomAccess.ReadAsync(file.SafeFileHandle, parts.AsMemory(ConfigLayout.ExtensionSize), ConfigLayout.ExtensionPosition);
        return parts;
    }
}
