using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>Fifty threads read their clock and wait while the clock is moved (<c>tests/programs/freeze/watch.c</c>).</summary>
public class WatchTests
{
    private const int Threads = 50;

    [Theory(Timeout = Limits.Test)]
    [InlineData(0)]
    [InlineData(3)]
    public Task Clock_never_goes_back_by_more_than_was_asked_and_no_wait_ends_early(int back) => WatchAsync(100, back);

    [Theory(Timeout = 4 * Limits.Test)]
    [InlineData(0)]
    [InlineData(3)]
    public Task The_same_a_thousand_times(int back)
    {
        Needs.FullRun();
        return WatchAsync(1000, back);
    }

    internal static void AssertRight(Result result)
    {
        result.Succeeded();
        Assert.Equal((0, 0, 0), (result.Number("backwards"), result.Number("early"), result.Number("errors")));

        // A wait whose deadline is not moved would never end. Each thread has therefore finished at least one round.
        Assert.InRange(result.Number("rounds"), Threads, decimal.MaxValue);
    }

    private static async Task WatchAsync(int adjustments, int back)
    {
        string watch = await NativeProgram.BuildAsync("freeze/watch.c");
        Command command = Command.Launcher("--monotonic-at", "12345s", "--", watch, $"{Threads}").With("VT_BACK", $"{back}");
        (RunningProgram program, int pid) = await Moving.StartAsync(command with { Limit = TimeSpan.FromSeconds(400) });
        using (program)
        {
            for (int i = 0; i < adjustments; i++)
                await Moving.AdvanceAsync(pid, back == 0 ? "7ms" : i % 2 == 0 ? $"{back}s" : $"-{back}s");
            await program.WriteAsync("\n");
            AssertRight(await program.EndAsync());
        }
    }
}
