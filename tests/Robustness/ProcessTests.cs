using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>fork, vfork and exec under the interposer.</summary>
public class ProcessTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Child_of_a_threaded_program_waits_in_a_slot_of_its_own()
    {
        Result result = await RunAsync("robustness/fork_threads.c");
        Assert.Equal(0, result.Number("child_status"));
        Assert.Equal(1, result.Number("child_slot_is_right"));
        Assert.InRange(result.Number("child_ms"), 990, 6000);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Waits_of_the_parent_are_unharmed_by_the_childs()
    {
        Result result = await RunAsync("robustness/fork_threads.c");
        Assert.Equal(0, result.Number("parent_slot"));
        Assert.Equal(1, result.Number("waiter_slot_is_right"));
        Assert.InRange(result.Number("waiter_ms"), 1990, 7000);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Clock_goes_on_through_vfork_and_exec()
    {
        Result result = await RunAsync("robustness/vfork_exec.c");
        decimal[] readings =
        [
            result.Number("clock"), result.Number("clock_between"), result.Number("clock_behind_exec"), result.Number("clock_in_the_end"),
        ];
        Limits.AssertJustAfter(12345, readings[0]);
        Assert.Equal(readings.Order(), readings);
    }

    private static async Task<Result> RunAsync(string program)
    {
        using ConfigFile config = ConfigFile.At(12345);
        return (await Command.Of(await NativeProgram.BuildAsync(program)).Under(config).RunAsync()).Succeeded();
    }
}
