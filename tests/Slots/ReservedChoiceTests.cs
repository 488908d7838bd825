using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Slots;

/// <summary>
/// Programs that start after killed threads with the same ids have used up the shared choices: each program gets a choice of its own.
/// </summary>
public class ReservedChoiceTests
{
    private const int Monotonic = 1;
    private const int Thread = 1;
    private const int First = SlotMark.SharedChoices;
    private const int Reserved = SlotMark.Choices - First;
    private const decimal StrangersDeadline = 4242;

    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Program_that_was_killed_often_beside_another_user_is_moved_with_the_clock()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("conf");
        (await Command.Launcher("--monotonic-at", "12345s", "--config", path).RunAsync()).Succeeded();
        using ConfigFile config = ConfigFile.Open(path);
        using RunningProgram other = (Command.Of("sleep", "1000").Under(config) with { Limit = TimeSpan.FromMinutes(3) }).Start();
        for (int kills = 0; kills < SlotMark.Choices + 1; kills++)
        {
            using RunningProgram killed = await StartAsync(config);
            await WaitInSlotAsync(config, killed, Math.Min(kills, First));
        }

        using RunningProgram waiting = await StartAsync(config);
        await WaitInSlotAsync(config, waiting, First, 600_000);
        (await Command.Launcher("--config", path, "--advance", "1h").RunAsync()).Succeeded();
        Assert.InRange(await waiting.ReadNumberAsync("waited_ms"), 0, 30_000);
        Assert.Equal((0, 0), (config.Slot(SlotMark.SlotOf(Thread, First)), config.SlotClock(SlotMark.SlotOf(Thread, First))));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Choices_are_for_one_living_program_each()
    {
        using ConfigFile config = ConfigFile.At(12345);
        UseUp(config, Thread);
        List<RunningProgram> programs = [];
        try
        {
            for (int i = 0; i < Reserved; i++)
            {
                programs.Add(await StartAsync(config));
                await WaitInSlotAsync(config, programs[i], First + i);
            }

            decimal[] before = Deadlines(config, Thread);
            using RunningProgram without = await StartAsync(config);
            await AssertWaitsOutsideAsync(config, without, before);

            RunningProgram killed = programs[1];
            programs.Remove(killed);
            killed.Dispose();
            using RunningProgram next = await StartAsync(config);
            await WaitInSlotAsync(config, next, First + 1);
            Assert.Equal(before[First], config.Slot(SlotMark.SlotOf(Thread, First)));
        }
        finally
        {
            programs.ForEach(program => program.Dispose());
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(Thread + 1)]
    [InlineData(Thread + 255)]
    public async Task Program_takes_a_choice_for_threads_that_it_will_have(int thread)
    {
        using ConfigFile config = ConfigFile.At(12345);
        UseUp(config, thread);
        using RunningProgram program = await StartAsync(config);
        UseUp(config, Thread);
        await WaitInSlotAsync(config, program, First);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_that_started_before_has_none()
    {
        using ConfigFile config = ConfigFile.At(12345);
        using RunningProgram program = await StartAsync(config);
        UseUp(config, Thread);
        await AssertWaitsOutsideAsync(config, program, Deadlines(config, Thread));
    }

    // A program that is restored from a checkpoint has lost its lock.
    [Theory(Timeout = Limits.Test)]
    [InlineData(ConfigExtension.HasSavedClocks)]
    [InlineData(ConfigExtension.HasUncountedUsers)]
    public async Task Program_has_none_beside_one_that_may_be_restored(uint flags)
    {
        using ConfigFile config = ConfigFile.At(12345);
        config.WriteRaw(
            ConfigLayout.ExtensionPosition, unchecked((long)ConfigExtension.MagicValue), ((long)flags << 32) | ConfigExtension.CurrentVersion);
        UseUp(config, Thread);
        using RunningProgram program = await StartAsync(config);
        await AssertWaitsOutsideAsync(config, program, Deadlines(config, Thread));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Forked_child_does_not_take_the_choice_of_its_parent()
    {
        const int Child = Thread + 1;
        using ConfigFile config = ConfigFile.At(12345);
        UseUp(config, Thread);
        using RunningProgram program = await StartAsync(config, "slots/forked_wait.c");
        UseUp(config, Child);
        decimal[] before = Deadlines(config, Child);
        await program.WriteAsync("fork\n");
        Assert.Equal(Child, (int)await program.ReadNumberAsync("child"));
        await AssertWaitsAsync(config, program, Child, before);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_gives_back_the_slots_of_a_choice_that_no_program_has()
    {
        using ConfigFile config = ConfigFile.At(12345);
        UseUp(config, Thread);
        using RunningProgram living = await StartAsync(config);
        await WaitInSlotAsync(config, living, First);
        using (RunningProgram killed = await StartAsync(config))
            await WaitInSlotAsync(config, killed, First + 1);
        (await Command.Launcher("--config", config.Path, "--advance", "1s").RunAsync()).Succeeded();

        Assert.Equal(0, config.SlotClock(SlotMark.SlotOf(Thread, First + 1)));
        Assert.Equal(SlotMark.Of(Monotonic, First), config.SlotClock(SlotMark.SlotOf(Thread, First)));
        Assert.NotEqual(0, config.Slot(SlotMark.SlotOf(Thread, First)));
    }

    private static void UseUp(ConfigFile config, int thread)
    {
        for (int choice = 0; choice < First; choice++)
            config.TakeSlot(SlotMark.SlotOf(thread, choice), StrangersDeadline, SlotMark.Of(Monotonic, choice));
    }

    private static decimal[] Deadlines(ConfigFile config, int thread) =>
        [.. Enumerable.Range(0, SlotMark.Choices).Select(choice => config.Slot(SlotMark.SlotOf(thread, choice)))];

    private static async Task WaitInSlotAsync(ConfigFile config, RunningProgram program, int choice, int milliseconds = 20_000)
    {
        await program.WriteAsync($"pthread_cond_clockwait {milliseconds}\n");
        decimal deadline = config.Offset + await program.ReadNumberAsync("deadline");
        int slot = SlotMark.SlotOf(Thread, choice);

        // The slot may hold a value that a dead thread has left.
        for (int i = 0; i < 1000 && config.Slot(slot) != deadline; i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(deadline, config.Slot(slot));
        Assert.Equal(SlotMark.Of(Monotonic, choice), config.SlotClock(slot));
    }

    private static async Task AssertWaitsOutsideAsync(ConfigFile config, RunningProgram program, decimal[] before)
    {
        await program.WriteAsync("clock_nanosleep 600\n");
        await AssertWaitsAsync(config, program, Thread, before);
    }

    private static async Task AssertWaitsAsync(ConfigFile config, RunningProgram program, int thread, decimal[] before)
    {
        await program.ReadNumberAsync("deadline");
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal(before, Deadlines(config, thread));
        Assert.InRange(await program.ReadNumberAsync("waited_ms"), 590, 20_000);
        Assert.Equal(before, Deadlines(config, thread));
    }

    // In its PID namespace, the program's first thread has the id 1.
    private static async Task<RunningProgram> StartAsync(ConfigFile config, string source = "slots/requested_waits.c")
    {
        Needs.Root();
        Result result = await Command.Of(Needs.Tool("unshare"), "--pid", "--fork", "true").RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs a PID namespace: " + result.Error.Trim());

        string program = await NativeProgram.BuildAsync(source);
        RunningProgram started = (Command.Of("unshare", "--pid", "--fork", "--kill-child", program).Under(config) with { Limit = TimeSpan.FromMinutes(2) }).Start();
        Assert.Equal(Thread, (int)await started.ReadNumberAsync("thread"));
        return started;
    }
}
