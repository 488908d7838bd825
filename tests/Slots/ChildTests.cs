using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>Children that libc did not create, in which libc's note of the thread's id is the parent's id.</summary>
public class ChildTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("fork")]
    [InlineData("clone")]
    public async Task Child_made_by_a_raw_system_call_uses_its_own_slot(string way)
    {
        Result result = await RunAsync(way);

        Assert.Equal(1, result.Number("child_slot_in_flight"));
        Assert.Equal(0, result.Number("child_slot_after"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("fork")]
    [InlineData("clone")]
    [InlineData("vfork")]
    public async Task Parent_and_child_both_wait_and_leave_the_parents_slot_idle(string way)
    {
        Result result = await RunAsync(way);

        Assert.Equal(1, result.Number("own_thread_differs"));
        Assert.Equal(0, result.Number("own"));
        Assert.Equal(0, result.Number("child"));
        Assert.Equal(1, result.Number("child_done"));
        Assert.Equal(0, result.Number("own_slot_after"));
    }

    private static async Task<Result> RunAsync(string way)
    {
        string program = await NativeProgram.BuildAsync("slots/strange_children.c");
        using ConfigFile config = ConfigFile.At(12345);
        return (await Command.Of(program, way).Under(config).RunAsync()).Succeeded();
    }
}
