using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>
/// Waits that are not nested on the thread's own stack: of a forked child, of a second task on the stack, and of user-level threads.
/// </summary>
public class SharedStackTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Child_forked_during_a_wait_leaves_its_parents_slot_alone()
    {
        Result result = await RunAsync("slots/fork_in_wait.c");
        Assert.Equal(0, result.Number("child_status"));
        Assert.Equal(0, result.Number("changes"));
        Assert.InRange(result.Number("waited_ms"), 1190, 6000);
        AssertIdle(result);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Task_whose_stack_lies_on_anothers_frame_waits_beside_it()
    {
        Result result = await RunAsync("slots/clone_on_frame.c");
        Assert.InRange(result.Number("parent_shortest_ms"), 390, 5000);
        Assert.InRange(result.Number("parent_longest_ms"), 390, 5000);
        Assert.InRange(result.Number("child_shortest_ms"), 90, 5000);
        Assert.InRange(result.Number("child_longest_ms"), 90, 5000);
        AssertIdle(result);
        Assert.Equal(0, result.Number("child_clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task User_level_threads_that_take_turns_wait_each_its_time()
    {
        Result result = await RunAsync("slots/user_threads.c");
        Assert.InRange(result.Number("short_ms"), 490, 1400);
        Assert.InRange(result.Number("long_ms"), 1490, 6000);
        AssertIdle(result);
    }

    private static void AssertIdle(Result result)
    {
        Assert.Equal(0, result.Number("slot"));
        Assert.Equal(0, result.Number("clock"));
    }

    private static async Task<Result> RunAsync(string source)
    {
        string program = await NativeProgram.BuildAsync(source);
        using ConfigFile config = ConfigFile.At(12345);
        return (await Command.Of(program).Under(config).RunAsync()).Succeeded();
    }
}
