using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>
/// Programs that enter a seccomp sandbox before their first wait. The library makes no system call there that the function does not make natively.
/// </summary>
public class SandboxTests
{
    private const int ETIMEDOUT = 110;

    [Theory(Timeout = Limits.Test)]
    [InlineData("sem_clockwait")]
    [InlineData("pthread_mutex_clocklock")]
    [InlineData("pthread_rwlock_clockrdlock")]
    [InlineData("pthread_rwlock_clockwrlock")]
    public async Task Strict_mode_bears_what_need_not_wait(string call) =>
        Assert.Equal(0, (await RunAsync("strict", call)).Number("error"));

    [Theory(Timeout = Limits.Test)]
    [InlineData("clock_nanosleep", 0)]
    [InlineData("sem_clockwait", ETIMEDOUT)]
    [InlineData("pthread_mutex_clocklock", ETIMEDOUT)]
    [InlineData("pthread_rwlock_clockwrlock", ETIMEDOUT)]
    [InlineData("pthread_cond_clockwait", ETIMEDOUT)]
    [InlineData("pthread_cond_timedwait", ETIMEDOUT)]
    public async Task First_wait_needs_what_waiting_takes_and_no_more(string call, int error)
    {
        Result result = await RunAsync("waits", call);
        Assert.Equal(error, result.Number("error"));
        Limits.AssertWaited300(result.Number("took_ms"));
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Setting_a_timerfd_that_the_program_has_made_needs_no_other_call()
    {
        Result result = await RunAsync("timers", "timerfd_settime");
        Assert.Equal(0, result.Number("error"));
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    private static async Task<Result> RunAsync(string mode, string call)
    {
        string program = await NativeProgram.BuildAsync("robustness/sandboxed_call.c");
        Result native = await Command.Of(program, mode, call).RunAsync();
        Assert.SkipUnless(native.ExitCode == 0, $"needs seccomp: {native}");
        using ConfigFile config = ConfigFile.At(12345);
        return (await Command.Of(program, mode, call).Under(config).RunAsync()).Succeeded();
    }
}
