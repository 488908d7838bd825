using System.Collections.Concurrent;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Migration;

/// <summary>
/// A thread is frozen at each instruction of a call in turn, and its process moves to a host with other clocks (<c>tests/programs/stepper.c</c>).
/// </summary>
public class MigrationRaceTests
{
    // In nanoseconds: 30 days and a fraction of a second, so that the nanoseconds change and carry too.
    private const long Jump = 2_592_000_700_000_001;

    private const long Date = 2_147_483_640;

    private static readonly ConcurrentDictionary<(string Call, string Writer), Lazy<Task<Result>>> s_waits = new();

    // With true, in the full run only: in the short run, each call and each writer occurs with each way of reading the host's clock.
    public static TheoryData<string, string, string, long, bool> Reads()
    {
        TheoryData<string, string, string, long, bool> data = [];
        foreach (string call in new[] { "gettime_monotonic", "gettime_coarse" })
        {
            foreach (string writer in new[] { "sequence", "plain", "slow" })
            {
                data.Add(call, writer, "entered", Jump, call == "gettime_coarse" && writer != "sequence");
                data.Add(call, writer, "left", -Jump, call == "gettime_coarse" || writer == "plain");
            }
        }

        foreach (string call in new[] { "gettime_realtime", "gettimeofday" })
        {
            foreach (string writer in new[] { "sequence", "slow" })
            {
                data.Add(call, writer, "entered", Jump, call == "gettimeofday");
                data.Add(call, writer, "left", -Jump, writer == "sequence");
            }
        }

        data.Add("gettime_realtime", "still", "left", Jump, false);
        data.Add("gettimeofday", "still", "entered", -Jump, false);
        data.Add("gettime_boottime", "sequence", "entered", Jump, true);
        data.Add("gettime_boottime", "own", "entered", Jump, false);
        data.Add("gettime_boottime", "own", "left", -Jump, false);
        return data;
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Reads))]
    public async Task Reading_never_mixes_two_hosts(string call, string writer, string reads, long jump, bool onlyInFullRun)
    {
        Needs.FullRunIf(onlyInFullRun);
        AssertRight(await StepAsync(Paths.Library, call, writer, reads, jump));
    }

    // With true, in the full run only: each of these takes half a million steps, a minute on a busy machine.
    public static TheoryData<string, string, bool> Waits() => new()
    {
        { "clock_nanosleep", "sequence", false },
        { "clock_nanosleep", "plain", true },
        { "clock_nanosleep", "slow", true },
        { "pthread_cond_timedwait", "sequence", true },
        { "pthread_cond_clockwait", "plain", false },
        { "sem_clockwait", "sequence", true },
        { "sem_timedwait realtime", "sequence", false },
        { "clock_nanosleep realtime", "slow", true },
    };

    [Theory(Timeout = 3 * Limits.Test)]
    [MemberData(nameof(Waits))]
    public async Task Deadline_is_never_stale(string call, string writer, bool onlyInFullRun)
    {
        Needs.FullRunIf(onlyInFullRun);
        AssertRight(await StepWaitOnceAsync(call, writer));
    }

    [Theory(Timeout = 3 * Limits.Test)]
    [MemberData(nameof(Waits))]
    public async Task Slot_reads_zero_after_the_call(string call, string writer, bool onlyInFullRun)
    {
        Needs.FullRunIf(onlyInFullRun);
        Result result = await StepWaitOnceAsync(call, writer);
        AssertInterposed(result);
        Assert.True(result.Number("not_idle") == 0, result.ToString());
    }

    [Theory(Timeout = 8 * Limits.Test)]
    [InlineData("clock_nanosleep")]
    [InlineData("pthread_cond_timedwait")]
    [InlineData("pthread_cond_clockwait")]
    [InlineData("sem_clockwait")]
    [InlineData("sem_timedwait realtime")]
    [InlineData("pthread_cond_timedwait realtime")]
    [InlineData("clock_nanosleep realtime")]
    public async Task Deadline_is_never_stale_whoever_writes_and_wherever_to(string call)
    {
        Needs.FullRun();
        // The C layout has no offset for the date.
        string[] writers = call.EndsWith("realtime", StringComparison.Ordinal) ? ["sequence", "slow"] : ["sequence", "plain", "slow"];
        foreach (string writer in writers)
        {
            AssertRight(await StepAsync(Paths.Library, call, writer, "left", Jump));
            AssertRight(await StepAsync(Paths.Library, call, writer, "left", -Jump));
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("gettime_monotonic", "sequence", true)]
    [InlineData("gettime_monotonic", "plain", false)]
    [InlineData("gettime_monotonic", "slow", true)]
    [InlineData("clock_nanosleep", "sequence", false)]
    [InlineData("clock_nanosleep", "plain", true)]
    [InlineData("clock_nanosleep", "slow", false)]
    public async Task Stepper_finds_the_race_in_a_library_that_has_it(string call, string writer, bool onlyInFullRun)
    {
        Needs.FullRunIf(onlyInFullRun);
        string naive = await NativeProgram.BuildLibraryAsync("naive_preload.c");
        Result result = await StepAsync(naive, call, writer, "entered", Jump);
        Assert.InRange(result.Number("wrong"), 1, result.Number("instructions"));
    }

    private static void AssertRight(Result result)
    {
        AssertInterposed(result);
        Assert.True(result.Number("wrong") == 0, result.ToString());
    }

    // A call through the interposer has at least so many instructions.
    private static void AssertInterposed(Result result) => Assert.InRange(result.Number("instructions"), 60, 10_000);

    // These are half a million steps. One run answers all questions about them.
    private static Task<Result> StepWaitOnceAsync(string call, string writer) =>
        s_waits.GetOrAdd((call, writer), _ => new(() => StepAsync(Paths.Library, call, writer, "entered", Jump))).Value;

    private static async Task<Result> StepAsync(string library, string call, string writer, string reads, long jump)
    {
        string stepper = await NativeProgram.BuildAsync("stepper.c");
        string target = await NativeProgram.BuildAsync("stepped.c");
        bool isDate = call.EndsWith("realtime", StringComparison.Ordinal) || call == "gettimeofday";
        using ConfigFile config = writer == "still" ? ConfigFile.AtRate(Date, 0, out _) : isDate ? ConfigFile.AtDate(Date) : ConfigFile.At(12345);
        Result result = await (Command.Of(stepper, target, call, library, config.Path, writer, reads, $"{jump}") with
        {
            Limit = TimeSpan.FromSeconds(300),
        }).RunAsync();
        Assert.SkipWhen(result.Error.StartsWith("PTRACE_TRACEME", StringComparison.Ordinal), "ptrace is not allowed here");
        return result.Succeeded();
    }
}
