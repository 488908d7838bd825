using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Freezing;

/// <summary><c>--keep-waits</c>, and the note about calls that wait longer without it.</summary>
public class KeepWaitsTests
{
    private const int Hour = 3600;
    private const int MostStores = 120;
    private const int BoottimeMark = 8;
    private const int RealtimeMark = 1;

    private static readonly (int Thread, int Mark, decimal Deadline)[] s_waits =
        [(5, 0, 100_000_000), (6, 2, 200_000_000.5m), (200, BoottimeMark, 300_000_000.25m), (201, RealtimeMark, 4_000_000_000.125m)];

    [Theory(Timeout = Limits.Test)]
    [InlineData("--advance", "-1h")]
    [InlineData("--monotonic-at", "8745s")]
    public async Task Note_says_that_calls_wait_longer_after_a_clock_is_set_back(params string[] move)
    {
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s");
        Result result = (await Command.Launcher(["--pid", $"{waiting.Thread}", .. move]).RunAsync()).Succeeded();
        Assert.Matches(
            @"^virttime-run: note: 1 call now waits longer, the longest for 1h 0m \d\d?\.\d{3}s, because a clock was set back; with --keep-waits, ",
            Assert.Single(result.ErrorLines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task All_calls_are_counted_and_the_last_one_is_named()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget first = await WaitingTarget.StartAsync("--monotonic-at", "12d", "--config", conf);
        using WaitingTarget second = await WaitingTarget.StartAsync("--config", conf);
        Result result = (await Command.Launcher("--config", conf, "--advance", "-2d").RunAsync()).Succeeded();
        Assert.StartsWith("virttime-run: note: 2 calls now wait longer, the longest for 2d 0h 0m ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--advance", "1s")]
    [InlineData("--realtime-offset", "-1d")]
    [InlineData("--boottime-offset", "-1s")]
    public async Task Nothing_is_said_where_no_call_waits_longer(params string[] move)
    {
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--realtime-offset", "0");
        Assert.Empty((await Command.Launcher(["--pid", $"{waiting.Thread}", .. move]).RunAsync()).Succeeded().Error);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("pid", "--advance", "-1h")]
    [InlineData("pid", "--advance", "1h")]
    [InlineData("config", "--advance", "-1h")]
    [InlineData("config", "--monotonic-at", "777s")]
    [InlineData("config", "--monotonic-offset", "40d")]
    [InlineData("config", "--monotonic-at", "777s", "--no-freeze")]
    public async Task Calls_keep_the_time_that_they_have_left(string way, params string[] move)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string program = await NativeProgram.BuildAsync("slot_wait.c");
        const int Wait = 4;
        using RunningProgram running = Command.Launcher(
            "--monotonic-at", "12345s", "--config", conf, "--", program, "clock_nanosleep", $"{Wait * 1000}").Start();
        int thread = (int)await running.ReadNumberAsync("thread");
        decimal deadline = await running.ReadNumberAsync("deadline");
        using ConfigFile config = ConfigFile.Open(conf);
        decimal host = await config.InFlightAsync(thread);
        decimal before = config.Offset;

        string[] named = way == "pid" ? ["--pid", $"{thread}"] : ["--config", conf];
        StateJson state = StateJson.Of(await Command.Launcher([.. named, .. move, "--keep-waits", "--json"]).RunAsync());
        StateJson.Call call = Assert.Single(state.InFlight);
        Assert.Equal(deadline + before - config.Offset, call.VirtualDeadline);
        Assert.InRange(call.TimeLeft, 0, Wait);
        Assert.Equal(host, config.Slot(thread));
        Assert.NotEqual(before, config.Offset);

        // By its own clock, the wait ends early or late by as much as that clock was moved.
        Assert.Equal(0, await running.ReadNumberAsync("error"));
        decimal late = (await running.ReadNumberAsync("late_ms") / 1000) - (before - config.Offset);
        Assert.InRange(late, -0.01m, 5);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("python3", "import time; print('pid=%d' % __import__('os').getpid(), flush=True); time.sleep(4); print('woken=1')")]
    public async Task Sleep_of_a_runtime_ends_in_time(string language, string source)
    {
        Command command = Command.Launcher("--monotonic-at", "12345s", "--", Needs.Tool(language), "-c", source);
        (RunningProgram program, int pid) = await Moving.StartAsync(command);
        using (program)
        {
            await Task.Delay(500, TestContext.Current.CancellationToken);
            Result result = (await Moving.Advance(pid, "-1h", "--keep-waits").RunAsync()).Succeeded();
            Assert.Empty(result.Error);
            Assert.Equal(1, await program.ReadNumberAsync("woken"));
        }
    }

    // No process has to be stopped.
    [Fact(Timeout = Limits.Test)]
    public async Task It_needs_no_tracing()
    {
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s");
        Command advance = Moving.Advance(waiting.Thread, "-1h", "--keep-waits");
        string[] options = ["-f", "-o", "/dev/null", "-e", "inject=ptrace:error=EPERM"];
        Result result = await (advance with { File = Needs.Tool("strace"), Arguments = [.. options, advance.File, .. advance.Arguments] }).RunAsync();
        Assert.Empty(result.Succeeded().Error);
        StateJson state = await StateJson.OfAsync("--pid", $"{waiting.Thread}");
        Assert.Equal(waiting.Deadline - Hour, Assert.Single(state.InFlight).VirtualDeadline);
    }

    // The deadlines of these calls cannot be moved. With --keep-waits the launcher moves none.
    [Fact(Timeout = Limits.Test)]
    public async Task Calls_that_cannot_be_moved_are_no_obstacle()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        using ConfigFile config = ConfigFile.Open(conf);
        const long Flags = (long)ConfigExtension.HasUnmovableCalls << 32;
        config.WriteRaw(ConfigLayout.ExtensionPosition, unchecked((long)ConfigExtension.MagicValue), Flags | ConfigExtension.CurrentVersion);
        Assert.Equal(125, (await Command.Launcher("--config", conf, "--advance", "-1h").RunAsync()).ExitCode);
        (await Command.Launcher("--config", conf, "--advance", "-1h", "--keep-waits").RunAsync()).Succeeded();
        Assert.NotEqual(0u, ConfigOnDisk.Read(conf).Extension.flags & ConfigExtension.HasUnmovableCalls);
    }

    // The killed launcher's record says that no deadline is to be moved.
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Completed_change_of_a_killed_launcher_moves_no_deadline()
    {
        string killer = await NativeProgram.BuildAsync("config/kill_at_store.c");
        int unfinished = 0;
        for (int number = 1; number < MostStores; number++)
        {
            using ConfigFile config = await MakeWaitsAsync();
            string[] offsets = ["--monotonic-offset", "+34560000.125s", "--boottime-offset", "+12345.5s", "--realtime-offset", "-77777s"];
            string[] adjust = ["--force", "--no-freeze", "--keep-waits", "--config", config.Path, .. offsets];
            Result killed = await Command.Of(killer, [$"{number}", config.Path, Paths.Launcher, .. adjust]).RunAsync();
            unfinished += ConfigOnDisk.Read(config.Path).IsBeingChanged ? 1 : 0;
            Assert.Empty((await Command.Launcher("--config", config.Path, "--", "true").RunAsync()).Succeeded().Error);

            ConfigOnDisk.Read(config.Path).AssertWhole();
            Assert.Contains((config.Offset, config.RealtimeOffset), new[] { (-100m, -300m), (-34560000.125m, 77777m) });
            Assert.All(s_waits, wait => Assert.Equal(wait.Deadline, config.Slot(wait.Thread)));
            if (killed.ExitCode != 0)
            {
                Assert.Equal(1, killed.ExitCode);
                Assert.InRange(unfinished, 6, MostStores);
                return;
            }
        }

        Assert.Fail("it never ended");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Deadlines_of_another_boot_are_not_kept()
    {
        using ConfigFile config = await MakeWaitsAsync();
        config.WriteRaw(ConfigLayout.ExtensionPosition + 56, 0x0123456789ABCDEF, 0x0123456789ABCDEF);
        string[] clocks = ["--monotonic-at", "5s", "--boottime-at", "5s", "--realtime-offset", "0"];
        Moving.AssertRefused(await Command.Launcher(["--config", config.Path, .. clocks, "--keep-waits"]).RunAsync(), "another boot", "omit --keep-waits");
        Assert.Equal(-100, config.Offset);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--resume", "--keep-waits: cannot keep the deadlines of another host")]
    [InlineData("--save", "--keep-waits: needs a clock option")]
    [InlineData("", "--keep-waits: needs a clock option")]
    public async Task It_makes_sense_only_with_a_clock_that_is_moved(string option, string reason)
    {
        using TemporaryDirectory directory = new();
        (await Command.Launcher("--config", directory.File("conf"), "--monotonic-at", "1d").RunAsync()).Succeeded();
        string[] options = option.Length == 0 ? [] : [option];
        Moving.AssertRefused(await Command.Launcher(["--config", directory.File("conf"), "--keep-waits", .. options]).RunAsync(), reason);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--list", "--list: ")]
    [InlineData("--none -- true", "--none: ")]
    [InlineData("--criu-action --config x", "--criu-action: can be combined only with")]
    [InlineData("--monotonic-at 5s -- true", "--keep-waits: needs a clock option")]
    public async Task It_goes_with_nothing_else(string options, string reason) =>
        Moving.AssertRefused(await Command.Launcher(["--keep-waits", .. options.Split(' ')]).RunAsync(), reason);

    private static async Task<ConfigFile> MakeWaitsAsync()
    {
        ConfigFile config = ConfigFile.Create(-5);
        string[] clocks = ["--monotonic-offset", "+100s", "--boottime-offset", "+200s", "--realtime-offset", "+300s"];
        (await Command.Launcher(["--config", config.Path, .. clocks]).RunAsync()).Succeeded();
        foreach ((int thread, int mark, decimal deadline) in s_waits)
            config.TakeSlot(thread, deadline, (byte)mark);
        return config;
    }
}
