using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>Armed timers of a program whose clock is moved.</summary>
public class TimerTests
{
    private const int Hour = 3600;

    [Fact(Timeout = Limits.Test)]
    public async Task Absolute_timerfd_follows_the_clock_and_others_keep_the_time_that_remains()
    {
        (RunningProgram program, int pid) = await Moving.StartAsync("timers");
        using (program)
        {
            string note = $"virttime-run: note: process {pid}: timers made by timer_create were not moved";
            Result result = (await Moving.Advance(pid, "30m").RunAsync()).Succeeded();
            Assert.StartsWith(note, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
            await AssertLeftAsync(program, Hour - 1800, isReady: false);

            (await Moving.Advance(pid, "-10m").RunAsync()).Succeeded();
            await AssertLeftAsync(program, Hour - 1200, isReady: false);

            (await Moving.Advance(pid, "150m").RunAsync()).Succeeded();
            await AssertLeftAsync(program, 0, isReady: true);
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Periodic_timerfd_has_expired_as_often_as_the_clock_says()
    {
        (RunningProgram program, int pid) = await Moving.StartAsync("timers");
        using (program)
        {
            // It has expired once before the first move. In all, the clock moves by 170 minutes, past two more expirations, one for each hour.
            foreach (string time in new[] { "30m", "-10m", "150m" })
                (await Moving.Advance(pid, time).RunAsync()).Succeeded();
            await program.WriteAsync("ticks\n");
            program.CloseInput();
            Assert.Equal(3, (await program.EndAsync()).Succeeded().Number("ticks"));
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("plain")]
    [InlineData("leader")]
    [InlineData("unshared")]
    [InlineData("both")]
    public async Task Absolute_timerfd_of_a_thread_follows_the_clock(string kind)
    {
        bool isReachable = kind == "plain" || OperatingSystem.IsOSPlatformVersionAtLeast("linux", 6, 9);
        Assert.SkipUnless(isReachable, "needs Linux 6.9: a pidfd of a thread");
        (RunningProgram program, int pid) = await Moving.StartAsync("timer_of_thread", kind);
        using (program)
        {
            await Moving.AdvanceAsync(pid, "30m");
            Assert.True(Directory.Exists($"/proc/{pid}"));
            await Moving.AdvanceAsync(pid, "30m");
            Result result = (await program.EndAsync()).Succeeded();
            Assert.Equal((0, 1), (result.Number("early"), result.Number("ticks")));
        }
    }

    private static async Task AssertLeftAsync(RunningProgram program, decimal left, bool isReady)
    {
        await program.WriteAsync("\n");
        foreach (string name in new[] { "monotonic", "boottime" })
        {
            Assert.Equal(isReady ? 1 : 0, await program.ReadNumberAsync(name + "_ready"));
            Assert.InRange(await program.ReadNumberAsync(name), left == 0 ? 0 : left - 60, left);
        }

        Assert.Equal(0, await program.ReadNumberAsync("relative_ready"));
        Assert.InRange(await program.ReadNumberAsync("relative"), Hour - 60, Hour);
        Assert.InRange(await program.ReadNumberAsync("posix"), Hour - 60, Hour);
    }
}
