using System.Collections.Concurrent;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Migration;

/// <summary>
/// A thread is frozen at each instruction of a call in turn, and its process moves to a host with other clocks (<c>tests/programs/migration/stepper.c</c>).
/// </summary>
public class MigrationRaceTests
{
    // In nanoseconds: 30 days and a fraction of a second, so that the nanoseconds change and carry too.
    private const long Jump = 2_592_000_700_000_001;

    private const long Date = 2_147_483_640;

    private static readonly ConcurrentDictionary<(string Call, string Writer), Lazy<Task<Result>>> s_waits = new();

    public static TheoryData<string, string, string, long> Reads()
    {
        TheoryData<string, string, string, long> data = [];
        foreach (string call in new[] { "gettime_monotonic", "gettime_coarse" })
        {
            foreach (string writer in new[] { "sequence", "plain", "slow" })
            {
                data.Add(call, writer, "entered", Jump);
                data.Add(call, writer, "left", -Jump);
            }
        }

        foreach (string call in new[] { "gettime_realtime", "gettimeofday" })
        {
            foreach (string writer in new[] { "sequence", "slow" })
            {
                data.Add(call, writer, "entered", Jump);
                data.Add(call, writer, "left", -Jump);
            }
        }

        data.Add("gettime_realtime", "still", "left", Jump);
        data.Add("gettimeofday", "still", "entered", -Jump);
        data.Add("gettime_boottime", "sequence", "entered", Jump);
        data.Add("gettime_boottime", "own", "entered", Jump);
        data.Add("gettime_boottime", "own", "left", -Jump);
        return data;
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Reads))]
    public async Task Reading_never_mixes_two_hosts(string call, string writer, string reads, long jump) =>
        AssertRight(await StepAsync(Paths.Library, call, writer, reads, jump));

    public static TheoryData<string, string> Waits() => new()
    {
        { "clock_nanosleep", "sequence" },
        { "clock_nanosleep", "plain" },
        { "clock_nanosleep", "slow" },
        { "pthread_cond_timedwait", "sequence" },
        { "pthread_cond_clockwait", "plain" },
        { "sem_clockwait", "sequence" },
        { "sem_timedwait realtime", "sequence" },
        { "clock_nanosleep realtime", "slow" },
    };

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Waits))]
    public async Task Deadline_is_never_stale(string call, string writer) => AssertRight(await StepWaitOnceAsync(call, writer));

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Waits))]
    public async Task Slot_reads_zero_after_the_call(string call, string writer)
    {
        Result result = await StepWaitOnceAsync(call, writer);
        AssertInterposed(result);
        Assert.True(result.Number("not_idle") == 0, result.ToString());
    }

    [Theory(Timeout = 2 * Limits.Test)]
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
    [InlineData("gettime_monotonic", "sequence")]
    [InlineData("gettime_monotonic", "plain")]
    [InlineData("gettime_monotonic", "slow")]
    [InlineData("clock_nanosleep", "sequence")]
    [InlineData("clock_nanosleep", "plain")]
    [InlineData("clock_nanosleep", "slow")]
    public async Task Stepper_finds_the_race_in_a_library_that_has_it(string call, string writer)
    {
        string naive = await NativeProgram.BuildLibraryAsync("migration/naive_preload.c");
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

    // One run answers all questions about a wait.
    private static Task<Result> StepWaitOnceAsync(string call, string writer) =>
        s_waits.GetOrAdd((call, writer), _ => new(() => StepAsync(Paths.Library, call, writer, "entered", Jump))).Value;

    private static async Task<Result> StepAsync(string library, string call, string writer, string reads, long jump)
    {
        string stepper = await NativeProgram.BuildAsync("migration/stepper.c");
        string target = await NativeProgram.BuildAsync("migration/stepped.c");
        bool isDate = call.EndsWith("realtime", StringComparison.Ordinal) || call == "gettimeofday";
        using ConfigFile config = writer == "still" ? ConfigFile.AtRate(Date, 0, out _) : isDate ? ConfigFile.AtDate(Date) : ConfigFile.At(12345);
        Command command = Command.Of(stepper, target, call, library, config.Path, writer, reads, $"{jump}");
        Result result = await (command with { Limit = TimeSpan.FromSeconds(100) }).RunAsync();
        Assert.SkipWhen(result.Error.StartsWith("PTRACE_TRACEME", StringComparison.Ordinal), "ptrace is not allowed here");
        return result.Succeeded();
    }
}
