using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>The memory that a time is written to: a second thread sees the virtual time there, and never the host's.</summary>
public class CallerMemoryTests
{
    // CLOCK_MONOTONIC_RAW has the same offset, but NTP does not correct it, so it drifts away from the other clocks.
    private const decimal Start = 99_000_000;
    private const decimal Drift = 600;

    private const int Realtime = 0;
    private const int Monotonic = 1;
    private const int MonotonicRaw = 4;
    private const int MonotonicCoarse = 6;
    private const int Boottime = 7;
    private const int Tai = 11;

    [Theory(Timeout = Limits.Test)]
    [InlineData("clock_gettime", Monotonic)]
    [InlineData("clock_gettime", MonotonicRaw)]
    [InlineData("clock_gettime", MonotonicCoarse)]
    [InlineData("clock_gettime", Boottime)]
    [InlineData("syscall", Monotonic)]
    [InlineData("syscall", Boottime)]
    public async Task Timespec_never_holds_the_hosts_time(string function, int clock) =>
        AssertNeverImpossible(await WatchAsync(function, $"{clock}"));

    [Fact(Timeout = Limits.Test)]
    public async Task Uptime_is_never_the_hosts() => AssertNeverImpossible(await WatchAsync("sysinfo"));

    [Theory(Timeout = Limits.Test)]
    [InlineData("clock_gettime", Realtime)]
    [InlineData("clock_gettime", Tai)]
    [InlineData("syscall", Realtime)]
    [InlineData("timespec_get")]
    [InlineData("gettimeofday")]
    [InlineData("syscall gettimeofday")]
    [InlineData("time")]
    [InlineData("adjtimex")]
    [InlineData("ntp_gettime")]
    public async Task Date_is_never_the_hosts(string function, int clock = Realtime)
    {
        using ConfigFile config = ConfigFile.AtDate(Start);
        string program = await NativeProgram.BuildAsync("robustness/watched_memory.c");
        AssertNeverImpossible((await Command.Of(program, function, $"{clock}").Under(config).RunAsync()).Succeeded());
    }

    private static void AssertNeverImpossible(Result result)
    {
        Assert.InRange(result.Number("first"), Start - Drift, Start + Drift);
        Assert.InRange(result.Number("looks"), 1, decimal.MaxValue);
        Assert.True(result.Number("impossible") == 0, result.ToString());
    }

    private static async Task<Result> WatchAsync(params string[] arguments)
    {
        string program = await NativeProgram.BuildAsync("robustness/watched_memory.c");
        using ConfigFile config = ConfigFile.At(Start);
        return (await Command.Of(program, arguments).Under(config).RunAsync()).Succeeded();
    }
}
