using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Freezing;

/// <summary>The launcher is killed at each of its steps while it has stopped other processes.</summary>
public class KilledFreezerTests
{
    private const int MostSteps = 200;
    private const int StepsLimit = 3 * Limits.Test;

    // The program waits for an hour of its clock, so it needs no limit shorter than that of the test.
    [Theory(Timeout = StepsLimit)]
    [InlineData("ptrace")]
    [InlineData("waitid")]
    [InlineData("flock")]
    [InlineData("getdents64")]
    [InlineData("pread64")]
    [InlineData("fallocate")]
    [InlineData("timerfd_settime")]
    public async Task Threads_run_on_and_the_file_is_whole(string call)
    {
        string strace = Needs.Tool("strace");
        Command company = Command.Launcher("--monotonic-at", "12345s", "--", await NativeProgram.BuildAsync("freeze/company.c"), "handled");
        (RunningProgram program, int pid) = await Moving.StartAsync(company with { Limit = TimeSpan.FromMilliseconds(StepsLimit) });
        using (program)
        {
            int killed = 0;
            for (int number = 1; number <= MostSteps; number++)
            {
                Command advance = Moving.Advance(pid, number % 2 == 0 ? "-1m" : "1m");
                Result result = await (advance with
                {
                    File = strace,
                    Arguments = ["-f", "-o", "/dev/null", "-e", $"inject={call}:signal=KILL:when={number}", advance.File, .. advance.Arguments],
                }).RunAsync();
                if (result.ExitCode == 0)
                    break;
                Assert.Equal(Command.Killed, result.ExitCode);
                killed++;
                await AssertRunsAsync(pid);
            }

            Assert.InRange(killed, call == "timerfd_settime" ? 0 : 1, MostSteps - 1);
            StateJson state = await StateJson.OfAsync("--pid", $"{pid}");
            Assert.Equal(state.Offset(), state.Offset("boottime"));
            await Moving.AdvanceAsync(pid, "2h");
            Assert.Equal("1", (await program.EndAsync()).Succeeded().Value("woken"));
        }
    }

    // If a signal has stopped a traced thread, the kernel delivers the signal when the tracer is gone.
    [Theory(Timeout = 2 * Limits.Test)]
    [InlineData("ptrace", "waitid")]
    [InlineData("waitid", "ptrace")]
    public async Task No_signal_is_lost(string call, string slow)
    {
        const int MostKills = 40;
        string strace = Needs.Tool("strace");
        string binary = await NativeProgram.BuildAsync("freeze/many_kinds.c");
        TimeSpan limit = TimeSpan.FromMilliseconds(2 * Limits.Test);
        (RunningProgram program, int pid) = await Moving.StartAsync(
            Command.Launcher("--monotonic-at", "12345s", "--", binary, "10") with { Limit = limit });
        using (program)
        using (RunningProgram sender = (Command.Of(binary, "send", $"{pid}") with { Limit = limit }).Start())
        {
            int killed = 0;
            for (int number = 1; number <= MostKills; number++)
            {
                Command advance = Moving.Advance(pid, "1ms");
                string[] options = ["-f", "-o", "/dev/null", "-e", $"inject={slow}:delay_exit=1000", "-e", $"inject={call}:signal=KILL:when={number}"];
                Result result = await Command.Of(strace, [.. options, advance.File, .. advance.Arguments]).RunAsync();
                killed += result.ExitCode == Command.Killed ? 1 : 0;
            }

            Assert.InRange(killed, MostKills / 4, MostKills);
            await sender.WriteAsync("\n");
            decimal sent = (await sender.EndAsync()).Succeeded().Number("sent");
            await program.WriteAsync("\n");
            await program.ReadNumberAsync("disturbed");
            Assert.Equal(sent, await program.ReadNumberAsync("received"));
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Readers_and_waits_see_nothing_wrong_of_launchers_that_are_killed_at_any_time()
    {
        string watch = await NativeProgram.BuildAsync("freeze/watch.c");
        (RunningProgram program, int pid) = await Moving.StartAsync(Command.Launcher("--monotonic-at", "12345s", "--", watch, "20"));
        using (program)
        {
            // Most runs of the launcher take only some milliseconds.
            for (int i = 0; i < 60; i++)
            {
                string limit = FormattableString.Invariant($"{0.002 + (i * 0.0002):F4}");
                await Command.Of("timeout", "--signal=KILL", limit, Paths.Launcher, "--pid", $"{pid}", "--advance", "1s").RunAsync();
            }

            await program.WriteAsync("\n");
            WatchTests.AssertRight(await program.EndAsync());
        }
    }

    private static async Task AssertRunsAsync(int pid)
    {
        string state = "";
        for (int i = 0; i < 500; i++)
        {
            state = await File.ReadAllTextAsync($"/proc/{pid}/status", TestContext.Current.CancellationToken);
            if (state.Contains("TracerPid:\t0\n", StringComparison.Ordinal) && !state.Contains("(tracing stop)", StringComparison.Ordinal))
                return;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Fail("it does not run on:\n" + state);
    }
}
