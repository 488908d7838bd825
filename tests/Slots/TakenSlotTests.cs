using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>Slots that another thread has marked are not changed.</summary>
public class TakenSlotTests
{
    private const int Monotonic = 1;
    private const decimal StrangersDeadline = 4242;

    public static TheoryData<string> Functions() =>
        ["clock_nanosleep", "pthread_cond_timedwait", "pthread_cond_clockwait", "sem_clockwait"];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Deadline_lies_in_the_next_slot_at_a_distance(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram program = await StartAsync(config);
        int thread = (int)await program.ReadNumberAsync("thread");
        config.TakeSlot(thread, StrangersDeadline, SlotMark.Of(Monotonic, 0));
        int next = SlotMark.SlotOf(thread, 1);

        await program.WriteAsync($"{function} 600\n");
        decimal deadline = config.Offset + await program.ReadNumberAsync("deadline");
        Assert.Equal(deadline, await config.InFlightAsync(next));
        Assert.Equal(SlotMark.Of(Monotonic, 1), config.SlotClock(next));
        Assert.InRange(await program.ReadNumberAsync("waited_ms"), 590, 5000);

        Assert.Equal((0, 0), (config.Slot(next), config.SlotClock(next)));
        Assert.Equal((StrangersDeadline, SlotMark.Of(Monotonic, 0)), (config.Slot(thread), config.SlotClock(thread)));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Threads_own_slot_is_taken_again_once_it_is_free()
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram program = await StartAsync(config);
        int thread = (int)await program.ReadNumberAsync("thread");
        config.TakeSlot(thread, StrangersDeadline, SlotMark.Of(Monotonic, 0));
        await program.WriteAsync("clock_nanosleep 300\n");
        await program.ReadNumberAsync("deadline");
        await config.InFlightAsync(SlotMark.SlotOf(thread, 1));
        await program.ReadNumberAsync("waited_ms");
        config.TakeSlot(thread, 0, 0);

        await program.WriteAsync("clock_nanosleep 600\n");
        decimal deadline = config.Offset + await program.ReadNumberAsync("deadline");
        Assert.Equal(deadline, await config.InFlightAsync(thread));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Wait_takes_its_time_when_all_slots_are_taken(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram program = await StartAsync(config);
        int thread = (int)await program.ReadNumberAsync("thread");
        for (int choice = 0; choice < SlotMark.Choices; choice++)
            config.TakeSlot(SlotMark.SlotOf(thread, choice), StrangersDeadline, SlotMark.Of(Monotonic, choice));

        await program.WriteAsync($"{function} 600\n");
        await program.ReadNumberAsync("deadline");
        await Task.Delay(200, TestContext.Current.CancellationToken);
        AssertAllAreStrangers(config, thread);
        Assert.InRange(await program.ReadNumberAsync("waited_ms"), 590, 5000);
        AssertAllAreStrangers(config, thread);
    }

    private static void AssertAllAreStrangers(ConfigFile config, int thread) => Assert.All(
        Enumerable.Range(0, SlotMark.Choices).Select(choice => config.Slot(SlotMark.SlotOf(thread, choice))),
        deadline => Assert.Equal(StrangersDeadline, deadline));

    private static async Task<RunningProgram> StartAsync(ConfigFile config) =>
        Command.Of(await NativeProgram.BuildAsync("slots/requested_waits.c")).Under(config).Start();
}
