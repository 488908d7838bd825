using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>Waits that the thread leaves without a return. Later the thread, or the next call, frees the slot.</summary>
public class LeftWaitTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("clock_nanosleep")]
    [InlineData("sem_clockwait")]
    [InlineData("pthread_cond_clockwait")]
    public async Task Exception_from_a_signal_handler_gives_the_slot_back(string function)
    {
        Result result = await RunAsync("slots/throw_out_of_wait.cpp", ["-fnon-call-exceptions"], function);
        Assert.Equal(42, result.Number("caught"));
        Assert.Equal((0, 0), (result.Number("slot_left"), result.Number("clock_left")));
        AssertGoesOn(result);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Thread_that_left_by_setcontext_goes_on()
    {
        Result result = await RunAsync("slots/setcontext_out_of_wait.c", []);
        Assert.Equal(1, result.Number("left"));
        AssertGoesOn(result);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Thread_whose_vfork_child_was_killed_goes_on()
    {
        Result result = await RunAsync("slots/vfork_killed_in_wait.c", []);
        Assert.Equal(1, result.Number("killed"));
        AssertGoesOn(result);
    }

    private static void AssertGoesOn(Result result)
    {
        Limits.AssertWaited300(result.Number("next_ms"));
        Assert.Equal((0, 0), (result.Number("slot_after"), result.Number("clock_after")));
        Assert.Equal(1, result.Number("joined"));
    }

    private static async Task<Result> RunAsync(string source, string[] options, params string[] arguments)
    {
        string program = await NativeProgram.BuildAsync(source, options);
        using ConfigFile config = ConfigFile.At(12345);
        return (await Command.Of(program, arguments).Under(config).RunAsync()).Succeeded();
    }
}
