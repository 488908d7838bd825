using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>
/// A writer was killed and has left the sequence odd. The next reader or writer completes the change, and no process waits for long.
/// </summary>
public class DeadWriterTests
{
    // The differences by which the change sets the virtual clocks back.
    private static readonly timespec s_monotonic = new() { tv_sec = 4321, tv_nsec = 600_000_000 };
    private static readonly timespec s_boottime = new() { tv_sec = -987_654_321, tv_nsec = 500_000_000 };

    public static TheoryData<Death> Deaths() => [.. Enum.GetValues<Death>().Where(death => death != Death.WithoutNote)];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Deaths))]
    public async Task First_read_completes_its_change(Death death)
    {
        using ConfigFile config = ConfigFile.At(99_999);
        using InterruptedWriter writer = Die(config, death);
        Result result = (await (await FirstReadAsync()).Under(config).RunAsync()).Succeeded();

        writer.AssertCompleted();
        Limits.AssertJustAfter(99_999 - 4322, result.Number("clock"));
        AssertPrompt(result);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task First_read_is_prompt_and_changes_nothing_when_it_has_not_written_down_what_it_wanted()
    {
        using ConfigFile config = ConfigFile.At(12345);
        using InterruptedWriter writer = Die(config, Death.WithoutNote);
        Result result = (await (await FirstReadAsync()).Under(config).RunAsync()).Succeeded();

        Assert.Equal(0UL, writer.Sequence & 1);
        writer.AssertUnchanged();
        Limits.AssertJustAfter(12345, result.Number("clock"));
        AssertPrompt(result);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Deaths))]
    public async Task Launcher_completes_its_change_when_it_reuses_the_file(Death death)
    {
        using ConfigFile config = ConfigFile.At(99_999);
        using InterruptedWriter writer = Die(config, death);
        (await Command.Launcher("--config", config.Path, "--", "true").RunAsync()).Succeeded();
        writer.AssertCompleted();
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Deaths))]
    public async Task Launcher_completes_its_change_before_it_makes_one(Death death)
    {
        using ConfigFile config = ConfigFile.At(99_999);
        using InterruptedWriter writer = Die(config, death);
        // The slots belong to no thread. Without --no-freeze, the launcher would free them while it has stopped the file's users, which include this
        // process.
        (await Command.Launcher("--config", config.Path, "--monotonic-at", "5000s", "--no-freeze").RunAsync()).Succeeded();
        writer.AssertDeadlinesKept();
        Limits.AssertJustAfter(5000, (await (await FirstReadAsync()).Under(config).RunAsync()).Succeeded().Number("clock"));
    }

    // A reader waits for half a second. It never completes the change of a writer that still holds the lock.
    [Fact(Timeout = Limits.Test)]
    public async Task Writer_that_lives_is_waited_for_and_its_change_is_its_own()
    {
        using ConfigFile config = ConfigFile.At(99_999);
        using InterruptedWriter writer = Die(config, Death.BeforeOffsets);
        ulong sequence = writer.Sequence;
        using (RunningProgram locking = Command.Of(Needs.Tool("flock"), config.Path, "sh", "-c", "echo locked=1; cat").Start())
        {
            await locking.ReadNumberAsync("locked");
            Result waiting = (await (await FirstReadAsync()).Under(config).RunAsync()).Succeeded();
            Assert.InRange(waiting.Number("read_ms"), 490, 20_000);
            Assert.Equal(sequence, writer.Sequence);
            writer.AssertUnchanged();
            locking.CloseInput();
            await locking.EndAsync();
        }

        (await (await FirstReadAsync()).Under(config).RunAsync()).Succeeded();
        writer.AssertCompleted();
    }

    // A user who may write to the file could do this to make other processes wait.
    [Theory(Timeout = Limits.Test)]
    [InlineData("5")]
    [InlineData("300")]
    public async Task Writer_that_keeps_the_sequence_odd_and_changes_it_is_waited_for_two_seconds_in_all(string milliseconds)
    {
        using ConfigFile config = ConfigFile.At(12345);
        config.WriteRaw(ConfigLayout.ExtensionPosition, unchecked((long)ConfigExtension.MagicValue), ConfigExtension.CurrentVersion);
        string program = await NativeProgram.BuildAsync("config/change_sequence.c");
        using RunningProgram writing = Command.Of(program, milliseconds).With("VIRT_TIME_CONF", config.Path).Start();
        await writing.ReadNumberAsync("started");
        Result result = (await (await FirstReadAsync()).Under(config).RunAsync()).Succeeded();

        Assert.Equal(1UL, config.Sequence & 1);
        // The first read may be the library's own, while it is loaded.
        Assert.InRange(result.Duration.TotalMilliseconds, 1900, 15_000);
        Assert.InRange(result.Number("rest_ms"), 0, 1000);
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    private static void AssertPrompt(Result result) => Assert.InRange(result.Number("read_ms"), 0, 300);

    private static InterruptedWriter Die(ConfigFile config, Death death)
    {
        InterruptedWriter writer = new(config.Path, s_monotonic, s_boottime);
        writer.Die(death);
        return writer;
    }

    private static async Task<Command> FirstReadAsync() => Command.Of(await NativeProgram.BuildAsync("robustness/first_read.c"));
}
