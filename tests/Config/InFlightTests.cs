using System.Diagnostics;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>The calls that the launcher reports as in flight.</summary>
public class InFlightTests
{
    private const int CLOCK_BOOTTIME = 7;

    // Larger than any thread id that this machine assigns by default.
    private const int NoThread = 4_190_000;

    [Fact(Timeout = Limits.Test)]
    public async Task Slots_of_a_program_that_has_ended_are_left_behind()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string program = await NativeProgram.BuildAsync("launcher/exit_while_waiting.c");
        Result result = (await Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", program, "5").RunAsync()).Succeeded();
        Assert.Equal(5, result.Number("waiting"));
        Result shown = (await Command.Launcher("--config", conf, "--json").RunAsync()).Succeeded();
        Assert.Empty(StateJson.Of(shown).InFlight);
        Assert.Empty(shown.Error);
        string[] end = [.. (await Command.Launcher("--config", conf).RunAsync()).Succeeded().Lines.TakeLast(2)];
        Assert.Equal(["no calls in flight", "5 more deadlines of threads that have exited or are checkpointed"], end);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Threads_that_live_are_told_from_those_that_do_not()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        using (ConfigFile file = ConfigFile.Open(conf))
            file.TakeSlot(NoThread, CLOCK_BOOTTIME, 5_000_000, 0);
        Assert.Equal(waiting.Thread, Assert.Single((await StateJson.OfAsync("--config", conf)).InFlight).Thread);

        Result adjusted = (await Command.Launcher("--pid", $"{waiting.Thread}", "--monotonic-at", "777s", "--no-freeze").RunAsync()).Succeeded();
        Assert.Contains("note: 1 call in flight ", adjusted.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Thread_of_an_inner_process_namespace_lives()
    {
        Needs.Root();
        Needs.Tool("unshare");
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string program = await NativeProgram.BuildAsync("slot_wait.c");
        string[] inside = ["--pid", "--fork", "--kill-child", Paths.Launcher, "--config", conf, "--", program, "clock_nanosleep", "20000"];
        using RunningProgram waiting = Command.Of("unshare", inside).Start();
        Assert.Equal(1, await waiting.ReadNumberAsync("thread"));
        using ConfigFile config = ConfigFile.Open(conf);
        await config.InFlightAsync(1);
        Assert.Equal(1, Assert.Single((await StateJson.OfAsync("--config", conf)).InFlight).Thread);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Displaced_slot_is_shown_by_its_thread()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        using (ConfigFile file = ConfigFile.Open(conf))
            file.TakeSlot(waiting.Thread, CLOCK_BOOTTIME, 5_000_000, 0, choice: 3);
        IReadOnlyList<StateJson.Call> calls = (await StateJson.OfAsync("--config", conf)).InFlight;
        Assert.Equal([(waiting.Thread, "monotonic"), (waiting.Thread, "boottime")], calls.Select(call => (call.Thread, call.Clock)));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Ordinary_user_knows_the_threads_of_all_processes()
    {
        using OrdinaryUser user = new();
        string conf = user.PathOf("conf");
        (await user.Launch("--config", conf, "--monotonic-at", "0").RunAsync()).Succeeded();
        using (ConfigFile file = ConfigFile.Open(conf))
            file.TakeSlot(NoThread, CLOCK_BOOTTIME, 5_000_000, 0);
        Result none = await user.Launch("--config", conf, "--json").RunAsync();
        Assert.SkipWhen(File.Exists("/proc/2/stat") is false, "needs the first process namespace");
        Assert.Empty(StateJson.Of(none).InFlight);
        Assert.Empty(none.Error);

        // A process of root: this user cannot see whether it has the file mapped.
        using (ConfigFile file = ConfigFile.Open(conf))
            file.TakeSlot(Environment.ProcessId, CLOCK_BOOTTIME, 5_000_000, 0);
        Result some = await user.Launch("--config", conf, "--json").RunAsync();
        Assert.Equal(Environment.ProcessId, Assert.Single(StateJson.Of(some).InFlight).Thread);
        AssertNote("1 call may", some);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Many_are_shown_at_once_and_with_a_note_where_not_everybody_can_be_asked()
    {
        const int Many = 20_000;
        Needs.Root();
        Needs.Tool("unshare");
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--config", conf, "--monotonic-at", "0").RunAsync()).Succeeded();
        using (ConfigFile file = ConfigFile.Open(conf))
        {
            for (int i = 0; i < Many; i++)
                file.TakeSlot(1_000_000 + i, CLOCK_BOOTTIME, 5_000_000 + i, 0);
        }

        // In a PID namespace the launcher cannot see all processes that may have the file mapped.
        string[] inside = ["--pid", "--fork", "--mount-proc", Paths.Launcher, "--config", conf];
        long start = Stopwatch.GetTimestamp();
        Result result = (await Command.Of("unshare", inside).RunAsync()).Succeeded();

        // If the table were laid out again for each row, its time would grow with the square of the number of rows.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 5);
        Assert.Equal(Many, result.Lines.Count(line => line.StartsWith("10", StringComparison.Ordinal)));
        AssertNote($"{Many} calls may", result);
        Assert.EndsWith(": /proc does not show every process here (PID namespace or hidepid)", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    private static void AssertNote(string start, Result result) => Assert.StartsWith(
        $"virttime-run: note: {start} belong to threads that have exited", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
}
