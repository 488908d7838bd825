using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>The slot of each function that can block until a date, as another process sees it.</summary>
public class DateSlotTests
{
    private static readonly (decimal, int) s_idle = (0, 0);

    public static TheoryData<string, string> OnDate() => [.. BlockingFunctionTests.All().Select(row => row.Data).Where(row => IsDate(row.Item2))];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(OnDate))]
    public async Task Slot_shows_the_host_deadline_and_the_clock_for_as_long_as_the_call_is_in_flight(string function, string clock)
    {
        ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal offset = config.RealtimeOffset;
        using BlockedProgram program = await BlockedProgram.StartAsync(config, function, clock);
        Assert.InRange(program.Deadline, Dates.Ahead, Dates.Ahead + 2000);
        Assert.Equal((program.Deadline + offset, ClockId(clock) + 1), program.Slot);

        await program.TellAsync("release");
        await program.ReadAsync("error");
        Assert.Equal(s_idle, program.Slot);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("clock_nanosleep", "TAI")]
    [InlineData("pthread_cond_timedwait", "REALTIME")]
    [InlineData("sem_timedwait", "REALTIME")]
    [InlineData("futex(WAIT_BITSET)", "REALTIME")]
    public async Task Child_of_fork_uses_a_slot_of_its_own(string function, string clock)
    {
        ConfigFile config = ConfigFile.AtDate(Dates.Behind);
        decimal offset = config.RealtimeOffset;
        using BlockedProgram program = await BlockedProgram.StartAsync(config, function, clock, "fork");
        Assert.NotEqual(program.Parent, program.Thread);
        Assert.Equal((program.Deadline + offset, ClockId(clock) + 1), program.Slot);
        Assert.Equal(s_idle, program.SlotOf(program.Parent));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("clock_nanosleep", "REALTIME")]
    [InlineData("clock_nanosleep", "TAI")]
    [InlineData("pthread_cond_timedwait", "REALTIME")]
    [InlineData("mq_timedreceive", "REALTIME")]
    [InlineData("futex(LOCK_PI)", "REALTIME")]
    public async Task Changing_another_clock_leaves_the_deadline(string function, string clock)
    {
        ConfigFile config = ConfigFile.AtDate(Dates.Behind);
        decimal offset = config.RealtimeOffset;
        using BlockedProgram program = await BlockedProgram.StartAsync(config, function, clock);
        (await Command.Launcher("--config", config.Path, "--monotonic-offset", "+1h").RunAsync()).Succeeded();

        Assert.NotEqual(0, config.Offset);
        Assert.Equal(offset, config.RealtimeOffset);
        Assert.Equal((program.Deadline + offset, ClockId(clock) + 1), program.Slot);
        await program.TellAsync("release");
        await program.ReadAsync("error");
        Assert.Equal(s_idle, program.Slot);
    }

    private static bool IsDate(string clock) => clock is "REALTIME" or "TAI";

    private static int ClockId(string clock) => clock == "TAI" ? 11 : 0;
}
