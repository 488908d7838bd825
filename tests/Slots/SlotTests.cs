using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>The config file, read from another process, while a call is in flight and after it.</summary>
public class SlotTests
{
    private const int MonotonicPlusOne = 2;
    private const int RealtimePlusOne = 1;

    public static TheoryData<string> Functions() =>
        ["clock_nanosleep", "pthread_cond_timedwait", "pthread_cond_clockwait", "sem_clockwait"];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Shows_the_host_deadline_and_the_clock_while_the_call_is_in_flight(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram program = await StartAsync(config, function, 3000);
        int thread = (int)await program.ReadNumberAsync("thread");
        decimal deadline = await program.ReadNumberAsync("deadline");

        Assert.Equal(deadline + config.Offset, await config.InFlightAsync(thread));
        Assert.Equal(MonotonicPlusOne, config.SlotClock(thread));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Reads_zero_when_the_call_has_returned(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram program = await StartAsync(config, function, 2000);
        int thread = (int)await program.ReadNumberAsync("thread");
        await program.ReadNumberAsync("deadline");
        await config.InFlightAsync(thread);
        await program.ReadNumberAsync("error");

        Assert.Equal(0, config.Slot(thread));
        Assert.Equal(0, config.SlotClock(thread));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Reads_zero_when_the_thread_was_cancelled(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync("slots/cancel_wait.c", config, function);

        Assert.Equal(MonotonicPlusOne, result.Number("clock_in_flight"));
        Assert.Equal(1, result.Number("canceled"));
        Assert.Equal(0, result.Number("slot"));
        Assert.Equal(0, result.Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Reads_zero_when_the_thread_was_cancelled_that_waited_until_a_date()
    {
        using ConfigFile config = ConfigFile.AtDate(2_147_483_640);
        Result result = await RunAsync("slots/cancel_wait.c", config, "sem_timedwait");

        Assert.Equal(RealtimePlusOne, result.Number("clock_in_flight"));
        Assert.Equal(1, result.Number("canceled"));
        Assert.Equal(0, result.Number("slot"));
        Assert.Equal(0, result.Number("clock"));
    }

    // The wait takes as long by the host's monotonic clock.
    [Fact(Timeout = Limits.Test)]
    public async Task Wait_until_a_date_takes_its_time_when_a_signal_handlers_wait_interrupts_it()
    {
        using ConfigFile config = ConfigFile.AtDate(315_532_800);
        Result result = await RunAsync("slots/nested_wait.c", config, "sem_timedwait", "return");

        Limits.AssertWaited300(result.Number("inner_ms"));
        Assert.InRange(result.Number("outer_ms"), 1490, 6000);
        Assert.Equal(0, result.Number("slot"));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Outer_deadline_is_back_after_a_wait_in_a_signal_handler(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync("slots/nested_wait.c", config, function, "return");

        Assert.Equal(1, result.Number("outer_slot_is_right"));
        Assert.Equal(1, result.Number("outer_slot_is_restored"));
        Assert.Equal(1, result.Number("outer_clock_is_restored"));
        Assert.Equal(0, result.Number("slot"));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Both_waits_take_their_time_when_one_interrupts_the_other(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync("slots/nested_wait.c", config, function, "return");

        Assert.Equal(1, result.Number("outer_slot_is_right"));
        Limits.AssertWaited300(result.Number("inner_ms"));
        Assert.InRange(result.Number("outer_ms"), 1490, 6000);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Reads_zero_after_the_next_call_when_a_signal_handler_jumped_out_of_one(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync("slots/nested_wait.c", config, function, "jump");

        Assert.Equal(1, result.Number("outer_slot_is_right"));
        Assert.Equal(0, result.Number("slot"));
        Assert.Equal(0, result.Number("clock"));
        Limits.AssertWaited300(result.Number("next_ms"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(16)]
    [InlineData(67108896)]
    public async Task Thread_without_a_place_in_the_file_waits_as_long(long size)
    {
        using ConfigFile config = ConfigFile.At(12345, size);
        Command wait = Command.Of(await NativeProgram.BuildAsync("slot_wait.c"), "clock_nanosleep", "300").Under(config);
        Result result = (await wait.RunAsync()).Succeeded();

        Limits.AssertJustAfter(12345, result.Number("deadline"));
        Assert.InRange(result.Number("late_ms"), 0, 5000);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task C_layout_file_has_slots_and_keeps_its_size()
    {
        const long Size = 67108896;
        using ConfigFile config = ConfigFile.At(12345, Size);
        using RunningProgram program = await StartAsync(config, "clock_nanosleep", 3000);
        int thread = (int)await program.ReadNumberAsync("thread");
        decimal deadline = await program.ReadNumberAsync("deadline");

        Assert.Equal(deadline + config.Offset, await config.InFlightAsync(thread));
        Assert.Equal(Size, new FileInfo(config.Path).Length);
    }

    private static async Task<RunningProgram> StartAsync(ConfigFile config, string function, int milliseconds) =>
        Command.Of(await NativeProgram.BuildAsync("slot_wait.c"), function, $"{milliseconds}").Under(config).Start();

    private static async Task<Result> RunAsync(string program, ConfigFile config, params string[] arguments) =>
        (await Command.Of(await NativeProgram.BuildAsync(program), arguments).Under(config).RunAsync()).Succeeded();
}
