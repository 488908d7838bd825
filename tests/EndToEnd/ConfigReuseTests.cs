using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>Several programs use one config file, one after the other and at the same time.</summary>
public class ConfigReuseTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Second_program_sees_the_clock_of_the_first_go_on()
    {
        using TemporaryDirectory directory = new();
        decimal first = await ReadClockAsync("--monotonic-at", "12345s", "--config", directory.File("conf"));
        decimal second = await ReadClockAsync("--config", directory.File("conf"));

        Limits.AssertJustAfter(12345, first);
        Limits.AssertJustAfter(first, second);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Clock_option_adjusts_a_file_that_is_there()
    {
        using TemporaryDirectory directory = new();
        await ReadClockAsync("--monotonic-at", "12345s", "--config", directory.File("conf"));
        Limits.AssertJustAfter(777, await ReadClockAsync("--monotonic-at", "777s", "--config", directory.File("conf")));
        Limits.AssertJustAfter(777, await ReadClockAsync("--config", directory.File("conf")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task New_file_without_a_clock_option_starts_at_zero()
    {
        using TemporaryDirectory directory = new();
        Limits.AssertJustAfter(0, await ReadClockAsync("--config", directory.File("conf")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_that_runs_sees_the_adjustment_of_another()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        using RunningProgram program = Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", watch).Start();
        Limits.AssertJustAfter(12345, await program.ReadNumberAsync("clock"));

        await ReadClockAsync("--monotonic-at", "98765s", "--config", conf);
        await program.WriteAsync("\n");
        Limits.AssertJustAfter(98765, await program.ReadNumberAsync("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Deadline_in_flight_moves_with_the_adjustment()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string wait = await NativeProgram.BuildAsync("slot_wait.c");
        Command command = Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", wait, "clock_nanosleep", "5000");
        using RunningProgram program = command.Start();
        int thread = (int)await program.ReadNumberAsync("thread");
        decimal deadline = await program.ReadNumberAsync("deadline");
        using ConfigFile config = ConfigFile.Open(conf);
        await config.InFlightAsync(thread);

        await ReadClockAsync("--monotonic-at", "12000s", "--config", conf);
        Assert.Equal(deadline + config.Offset, config.Slot(thread));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_has_the_full_layout_and_is_nobody_elses_business()
    {
        using TemporaryDirectory directory = new();
        await ReadClockAsync("--monotonic-at", "12345s", "--config", directory.File("conf"));
        Assert.Equal(VirtTime.Format.ConfigLayout.FileSize, new FileInfo(directory.File("conf")).Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.File("conf")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Private_file_of_a_program_that_runs_is_left_alone()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        Command launch = Command.Launcher("--monotonic-at", "12345s", "--", watch).With("XDG_RUNTIME_DIR", directory.Path);
        using RunningProgram program = launch.Start();
        await program.ReadNumberAsync("clock");

        (await launch.RunAsync()).Succeeded();
        Assert.Equal(2, Directory.GetFiles(directory.Path, "*-*.*", SearchOption.AllDirectories).Length);
    }

    private static async Task<decimal> ReadClockAsync(params string[] options)
    {
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        return (await Command.Launcher([.. options, "--", watch]).RunAsync()).Succeeded().Number("clock");
    }
}
