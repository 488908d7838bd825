using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Placement;

/// <summary>The tracer is killed before each of its system calls. The program then runs on virtual clocks, or not at all.</summary>
public class KilledTracerTests
{
    private const int Error = 125;

    // The calls before the exec differ in their result from those after it, and the last ones let the program go.
    private const int First = 12, Last = 12;

    [Fact(Timeout = 4 * Limits.Test)]
    public async Task Program_is_virtual_or_not_started()
    {
        Result whole = await RunAsync(0);
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
            Result result = await RunAsync(number);
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

    private static async Task<Result> RunAsync(int number)
    {
        string killer = await NativeProgram.BuildAsync("placement/kill_tracer.c");
        Command launch = await GoPrograms.LaunchAsync("clocks");
        Result result = await Command.Of(killer, [number.ToString(CultureInfo.InvariantCulture), launch.File, .. launch.Arguments]).RunAsync();
        Assert.SkipWhen(result.Output.Contains("no listener", StringComparison.Ordinal), "needs a seccomp filter with a listener (Linux 5.5)");
        return result.Succeeded();
    }
}
