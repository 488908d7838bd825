using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>Which slot is freed, and which is not, when a thread leaves a wait by a jump, by an exception or by its end.</summary>
public class UnwoundWaitTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Exception_out_of_a_wait_without_a_slot_leaves_the_interrupted_one_alone()
    {
        Result result = await RunAsync("exception");
        Assert.Equal(1, result.Number("caught"));
        Assert.InRange(result.Number("waited_ms"), 1990, 7000);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Thread_is_cancelled_whose_old_frame_was_written_over_in_part()
    {
        Result result = await RunAsync("overwritten");
        Assert.Equal(1, result.Number("cancelled"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Cancelled_thread_does_not_give_back_the_slot_that_another_has()
    {
        Needs.Root();
        Result result = await RunAsync("far");
        Assert.SkipWhen(result.Output.Contains("lacking"), "needs a PID namespace with a pid_max of its own (Linux 6.14)");
        Assert.InRange(result.Number("waited_ms"), 1990, 7000);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Threads_have_their_own_slots_where_the_process_has_the_id_of_half_an_address()
    {
        Needs.Root();
        Result result = await RunAsync("pointer-like-id");
        Assert.SkipWhen(result.Output.Contains("lacking"), "process id 32767 is taken");
        Assert.Equal(1, result.Number("upper_half_is_the_id"));
        Assert.Equal(20, result.Number("own_slots"));
    }

    private static async Task<Result> RunAsync(string way)
    {
        string program = await NativeProgram.BuildAsync("slots/left_waits.cpp", "-fnon-call-exceptions");
        using ConfigFile config = ConfigFile.At(12345);
        return (await Command.Of(program, way).Under(config).RunAsync()).Succeeded();
    }
}
