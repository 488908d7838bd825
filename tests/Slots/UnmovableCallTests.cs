using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Slots;

/// <summary>
/// If there is no slot for a deadline, it cannot be moved. The library notes this in the file, and the launcher refuses to change the clocks.
/// </summary>
public class UnmovableCallTests
{
    private const int LauncherFailed = 125;
    private const int OneThread = 5;
    private const long Marked = unchecked((long)ConfigExtension.MagicValue);

    public static TheoryData<string[]> Changes() => new((string[])["--monotonic-at", "5000s"], ["--save"]);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Changes))]
    public async Task Change_is_refused_while_the_program_lives(string[] change)
    {
        using TemporaryDirectory directory = new();
        using RunningProgram program = await StartAsync(directory);
        Assert.True(IsFlagged(directory));

        Result result = await ChangeAsync(directory, change);
        Assert.Equal(LauncherFailed, result.ExitCode);
        string error = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"virttime-run: --config {directory.File("conf")}: ", error, StringComparison.Ordinal);
        Assert.Contains("--force", error, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Changes))]
    public async Task Change_can_be_forced(string[] change)
    {
        using TemporaryDirectory directory = new();
        using RunningProgram program = await StartAsync(directory);
        Assert.Equal(LauncherFailed, (await ChangeAsync(directory, change)).ExitCode);

        (await ChangeAsync(directory, [.. change, "--force"])).Succeeded();
        Assert.True(IsFlagged(directory));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Changes))]
    public async Task Change_works_when_the_program_has_ended(string[] change)
    {
        using TemporaryDirectory directory = new();
        using (RunningProgram program = await StartAsync(directory))
        {
            Assert.True(IsFlagged(directory));
            program.CloseInput();
            (await program.EndAsync()).Succeeded();
        }

        (await ChangeAsync(directory, change)).Succeeded();
        Assert.False(IsFlagged(directory));
    }

    // The launcher checks the note before it prepares anything, and again when the sequence is odd. The test sets it at each step in between.
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Change_is_refused_when_a_program_says_so_while_it_is_prepared()
    {
        int steps = await CountPreparationsAsync();
        Assert.InRange(steps, 2, 10);
        for (int step = 1; step <= steps; step++)
        {
            using ConfigFile config = MakeWithOneThread();
            decimal before = config.Offset;
            Task<Result> change = ChangeUnderStraceAsync(config, "/dev/null", $"inject=fallocate:delay_enter=3000000:when={step}");
            await Task.Delay(1500, TestContext.Current.CancellationToken);
            const long Flags = (long)ConfigExtension.HasUnmovableCalls << 32;
            config.WriteRaw(ConfigLayout.ExtensionPosition, Marked, Flags | ConfigExtension.CurrentVersion);

            Result result = await change;
            Assert.Equal(LauncherFailed, result.ExitCode);
            Assert.Contains("--force", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
            Assert.Equal((before, 4242), (config.Offset, config.Slot(OneThread)));
            Assert.Equal(0UL, ConfigOnDisk.Read(config.Path).Extension.sequence & 1);
        }
    }

    // The program cannot write the note to the file.
    [Fact(Timeout = Limits.Test)]
    public async Task Change_is_refused_while_a_program_may_only_read_the_file()
    {
        Needs.Root();
        using ConfigFile config = ConfigFile.At(12345);
        File.SetUnixFileMode(config.Path, (UnixFileMode)0x1a4);
        File.SetUnixFileMode(Path.GetDirectoryName(config.Path)!, (UnixFileMode)0x1ed);
        string program = await NativeProgram.BuildAsync("slot_wait.c");
        string[] asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", program, "clock_nanosleep", "3000"];
        using RunningProgram waiting = Command.Of(Needs.Tool("setpriv"), asNobody).Under(config).Start();
        await waiting.ReadNumberAsync("thread");
        await waiting.ReadNumberAsync("deadline");

        string[] change = ["--config", config.Path, "--monotonic-at", "5000s"];
        Assert.Equal(LauncherFailed, (await Command.Launcher(change).RunAsync()).ExitCode);
        (await Command.Launcher([.. change, "--force"]).RunAsync()).Succeeded();
    }

    // The library leaves the block of another tool's file unchanged: a partly filled block would make the file invalid.
    [Fact(Timeout = Limits.Test)]
    public async Task File_of_another_tool_is_still_one_afterwards()
    {
        using ConfigFile config = ConfigFile.At(12345);
        string program = await NativeProgram.BuildAsync("slots/requested_waits.c");
        using RunningProgram started = Command.Of(program).Under(config).Start();
        int thread = (int)await started.ReadNumberAsync("thread");
        for (int choice = 0; choice < SlotMark.Choices; choice++)
            config.TakeSlot(SlotMark.SlotOf(thread, choice), 4242, SlotMark.Of(1, choice));
        await started.WriteAsync("clock_nanosleep 100\n");
        await started.ReadNumberAsync("deadline");
        await started.ReadNumberAsync("waited_ms");

        Result other = (await Command.Of(await NativeProgram.BuildAsync("clock_probe.c")).Under(config).RunAsync()).Succeeded();
        Assert.Empty(other.Error);
    }

    private static async Task<int> CountPreparationsAsync()
    {
        using TemporaryDirectory directory = new();
        using ConfigFile config = MakeWithOneThread();
        (await ChangeUnderStraceAsync(config, directory.File("log"), "trace=fallocate")).Succeeded();
        return (await File.ReadAllLinesAsync(directory.File("log"), TestContext.Current.CancellationToken))
            .Count(line => line.Contains("fallocate(", StringComparison.Ordinal));
    }

    private static ConfigFile MakeWithOneThread()
    {
        ConfigFile config = ConfigFile.At(12345);
        config.WriteRaw(ConfigLayout.ExtensionPosition, Marked, ConfigExtension.CurrentVersion);
        config.TakeSlot(OneThread, 4242, SlotMark.Of(1, 0));
        return config;
    }

    private static Task<Result> ChangeUnderStraceAsync(ConfigFile config, string log, string expression)
    {
        string[] options = ["-o", log, "-P", config.Path, "-e", expression];
        return Command.Of(Needs.Tool("strace"), [.. options, Paths.Launcher, "--config", config.Path, "--monotonic-at", "5000s"]).RunAsync();
    }

    private static bool IsFlagged(TemporaryDirectory directory) =>
        (ConfigOnDisk.Read(directory.File("conf")).Extension.flags & ConfigExtension.HasUnmovableCalls) != 0;

    private static Task<Result> ChangeAsync(TemporaryDirectory directory, string[] change) =>
        Command.Launcher(["--config", directory.File("conf"), .. change]).RunAsync();

    // Starts a program for which no slot was free while it waited.
    private static async Task<RunningProgram> StartAsync(TemporaryDirectory directory)
    {
        string program = await NativeProgram.BuildAsync("slots/requested_waits.c");
        RunningProgram started = Command.Launcher("--monotonic-at", "12345s", "--config", directory.File("conf"), "--", program).Start();
        int thread = (int)await started.ReadNumberAsync("thread");
        using ConfigFile config = ConfigFile.Open(directory.File("conf"));
        for (int choice = 0; choice < SlotMark.Choices; choice++)
            config.TakeSlot(SlotMark.SlotOf(thread, choice), 4242, SlotMark.Of(1, choice));
        await started.WriteAsync("clock_nanosleep 100\n");
        await started.ReadNumberAsync("deadline");
        await started.ReadNumberAsync("waited_ms");
        return started;
    }
}
