using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Placement;

/// <summary>The tracer is killed, or the program gets a signal, before each of the tracer's system calls.</summary>
public class KilledTracerTests
{
    private const int Error = 125;

    // The calls before the exec differ in their result from those after it, and the last ones let the program go.
    private const int First = 12, Last = 12;

    // The stop is undone while the tracer holds the target, or after it has let the target go.
    [Theory(Timeout = 4 * Limits.Test)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Program_that_is_stopped_and_continued_meanwhile_runs(int callsBetween)
    {
        const int SIGSTOP = 19, SIGCONT = 18;
        int calls = (int)(await RunAsync("0")).Number("calls");
        for (int number = 1; number <= calls; number++)
        {
            if (number > First && number <= calls - Last && !Needs.IsFullRun)
                continue;
            Result result = await RunAsync($"{number}:{SIGSTOP},{number + callsBetween}:{SIGCONT}");
            Assert.True(result.Number("status") == 0, $"stopped before call {number}: {result}");
            GoPrograms.AssertVirtual(result);
        }
    }

    [Fact(Timeout = 4 * Limits.Test)]
    public async Task Program_that_is_killed_meanwhile_ends_without_a_message()
    {
        const int SIGKILL = 9;
        int calls = (int)(await RunAsync("0")).Number("calls");
        for (int number = 1; number <= calls; number++)
        {
            if (number > First && number % 6 > 1 && !Needs.IsFullRun)
                continue;
            Result result = await RunAsync($"{number}:{SIGKILL}");
            Assert.True(result is { Error: "", Lines.Count: 2 } && result.Number("status") == Command.Killed, $"killed before call {number}: {result}");
        }
    }

    [Fact(Timeout = 4 * Limits.Test)]
    public async Task Program_is_virtual_or_not_started()
    {
        Result whole = await RunAsync("0");
        Assert.Equal(0, whole.Number("status"));
        GoPrograms.AssertVirtual(whole);
        int calls = (int)whole.Number("calls");
        Assert.InRange(calls, First + Last, 1000);

        int killed = 0, begun = 0;
        for (int number = 1; number <= calls; number++)
        {
            bool isShort = number > First && number <= calls - Last && !Needs.IsFullRun;
            if (isShort && number % 10 != 0)
                continue;
            Result result = await RunAsync($"{number}");
            switch ((int)result.Number("status"))
            {
                case 0:
                    GoPrograms.AssertVirtual(result);
                    begun++;
                    break;
                case Error:
                    Assert.Contains("the process that traces it was killed", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
                    goto case Command.Killed;
                case Command.Killed:
                    Assert.DoesNotContain(result.Lines, line => line.StartsWith("date=", StringComparison.Ordinal));
                    killed++;
                    break;
                default:
                    Assert.Fail($"killed before call {number}: {result}");
                    break;
            }
        }

        Assert.InRange(killed, First, calls);
        Assert.InRange(begun, 1, calls);
    }

    private static async Task<Result> RunAsync(string plan)
    {
        string killer = await NativeProgram.BuildAsync("placement/kill_tracer.c");
        Command launch = await GoPrograms.LaunchAsync("clocks");
        Result result = await Command.Of(killer, [plan, launch.File, .. launch.Arguments]).RunAsync();
        Assert.SkipWhen(result.Output.Contains("no listener", StringComparison.Ordinal), "needs a seccomp filter with a listener (Linux 5.5)");
        return result.Succeeded();
    }
}
