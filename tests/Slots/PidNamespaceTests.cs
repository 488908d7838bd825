using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>Programs in different PID namespaces share a config file, and their threads have the same ids.</summary>
public class PidNamespaceTests
{
    private const int Thread = 1;

    [Theory(Timeout = Limits.Test)]
    [InlineData(500, 2500)]
    [InlineData(2500, 500)]
    public async Task Threads_with_one_id_wait_each_its_time(int first, int second)
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram one = await StartAsync(config);
        using RunningProgram other = await StartAsync(config);
        await one.WriteAsync($"pthread_cond_clockwait {first}\n");
        await one.ReadNumberAsync("deadline");
        await other.WriteAsync($"pthread_cond_clockwait {second}\n");
        await other.ReadNumberAsync("deadline");

        // Shorter than the other program's wait.
        Assert.InRange(await one.ReadNumberAsync("waited_ms"), first - 10, first + 1900);
        Assert.InRange(await other.ReadNumberAsync("waited_ms"), second - 10, second + 1900);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Threads_with_one_id_have_each_its_slot()
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram one = await StartAsync(config);
        using RunningProgram other = await StartAsync(config);
        decimal first = await WaitInSlotAsync(config, one, 0);
        await WaitInSlotAsync(config, other, 1);

        Assert.Equal(first, config.Slot(SlotMark.SlotOf(Thread, 0)));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Slot_of_a_killed_program_is_nobodys()
    {
        using ConfigFile config = ConfigFile.At(12345);
        decimal left;
        using (RunningProgram killed = await StartAsync(config))
            left = await WaitInSlotAsync(config, killed, 0);

        using RunningProgram next = await StartAsync(config);
        await WaitInSlotAsync(config, next, 1, 700);
        Assert.Equal(left, config.Slot(SlotMark.SlotOf(Thread, 0)));
        Assert.InRange(await next.ReadNumberAsync("waited_ms"), 690, 5000);
        Assert.Equal(left, config.Slot(SlotMark.SlotOf(Thread, 0)));
        Assert.Equal(0, config.Slot(SlotMark.SlotOf(Thread, 1)));
    }

    // Returns the host deadline, after it was found in the slot of that choice.
    private static async Task<decimal> WaitInSlotAsync(ConfigFile config, RunningProgram program, int choice, int milliseconds = 20_000)
    {
        await program.WriteAsync($"pthread_cond_clockwait {milliseconds}\n");
        decimal deadline = config.Offset + await program.ReadNumberAsync("deadline");
        int slot = SlotMark.SlotOf(Thread, choice);
        Assert.Equal(deadline, await config.InFlightAsync(slot));
        Assert.Equal(SlotMark.Of(1, choice), config.SlotClock(slot));
        return deadline;
    }

    private static async Task<RunningProgram> StartAsync(ConfigFile config)
    {
        Needs.Root();
        Result result = await Command.Of(Needs.Tool("unshare"), "--pid", "--fork", "true").RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs a PID namespace: " + result.Error.Trim());

        string program = await NativeProgram.BuildAsync("slots/requested_waits.c");
        RunningProgram started = Command.Of("unshare", "--pid", "--fork", "--kill-child", program, "disturbed").Under(config).Start();
        Assert.Equal(Thread, (int)await started.ReadNumberAsync("thread"));
        return started;
    }
}
