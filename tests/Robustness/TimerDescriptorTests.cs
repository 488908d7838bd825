using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>
/// The library knows the clock of a timerfd, however the program got the descriptor, and does nothing that the program could notice.
/// </summary>
public class TimerDescriptorTests
{
    public static TheoryData<string> WaysToReuseANumber() =>
        ["dup2", "dup3", "raw_dup3", "fcntl", "recvmsg", "timerfd_create", "close_range", "closefrom", "raw_close", "fclose", "fclose, dup", "fclose, raw_dup"];

    [Theory(Timeout = Limits.Test)]
    [InlineData("made")]
    [InlineData("received")]
    public async Task Boottime_timer_fires_where_proc_is_not_to_be_seen(string origin)
    {
        Needs.Root();
        using TemporaryDirectory empty = new();
        Limits.AssertWaited300((await RunAsync("robustness/unseen_timerfd.c", origin, empty.Path)).Number("fired_ms"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("made")]
    [InlineData("received")]
    public async Task Boottime_timer_fires_when_no_descriptor_is_left(string origin) =>
        Limits.AssertWaited300((await RunAsync("robustness/unseen_timerfd.c", origin, "full")).Number("fired_ms"));

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(WaysToReuseANumber))]
    public async Task Number_that_comes_to_mean_another_clocks_timer_is_not_mistaken(string way)
    {
        Result result = await RunAsync("robustness/reused_number.c", way);
        Assert.Equal(1, result.Number("same_number"));
        Limits.AssertWaited300(result.Number("fired_ms"));
        Assert.Equal(0, result.Number("descriptors"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Child_that_is_forked_meanwhile_inherits_no_descriptor_of_ours() =>
        Assert.Equal(0, (await RunAsync("robustness/timerfd_beside_fork.c")).Number("children_with_more"));

    // The two families are far apart, so that confusing them makes a timer expire at once or never.
    private static async Task<Result> RunAsync(string source, params string[] arguments)
    {
        string program = await NativeProgram.BuildAsync(source);
        string[] clocks = ["--monotonic-at", "1000s", "--boottime-at", "9000000s"];
        return (await Command.Launcher([.. clocks, "--", program, .. arguments]).RunAsync()).Succeeded();
    }
}
