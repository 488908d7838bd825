using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Product;

/// <summary><c>config-example.py</c> and <c>config-example.rs</c>, compared with the launcher and with programs that it runs.</summary>
public class ConfigExampleTests
{
    public static TheoryData<string> Languages() => [.. ConfigExamples.All];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task Launcher_runs_a_program_with_a_file_that_it_created(string language)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await RunAsync(language, "create", conf, "12345.5");
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        Result result = (await Command.Launcher("--config", conf, "--", watch).RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345.5m, result.Number("clock"));
        Assert.Equal("", result.Error);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task File_that_it_created_is_small_whole_and_alone(string language)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        await RunAsync(language, "create", conf, "12345");
        Assert.Equal([conf], Directory.GetFileSystemEntries(directory.Path));
        Assert.Equal(ConfigLayout.FileSize, new FileInfo(conf).Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(conf));
        string blocks = (await Command.Of("stat", "--format", "%b", conf).RunAsync()).Succeeded().Output;
        Assert.InRange(int.Parse(blocks, CultureInfo.InvariantCulture), 1, 1000);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task It_reads_the_clock_of_a_file_that_the_launcher_created(string language)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--monotonic-at", "777s", "--config", conf).RunAsync()).Succeeded();
        Limits.AssertJustAfter(777, decimal.Parse(await RunAsync(language, "read", conf), CultureInfo.InvariantCulture));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task Running_program_sees_its_adjustment(string language)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        using RunningProgram program = Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", watch).Start();
        Limits.AssertJustAfter(12345, await program.ReadNumberAsync("clock"));

        await RunAsync(language, "adjust", conf, "98765");
        await program.WriteAsync("\n");
        Limits.AssertJustAfter(98765, await program.ReadNumberAsync("clock"));
        Limits.AssertJustAfter(98765, (await LauncherState.OfAsync(conf)).Virtual("monotonic"));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task Deadline_in_flight_moves_with_its_adjustment(string language)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string wait = await NativeProgram.BuildAsync("slot_wait.c");
        string[] clock = ["--monotonic-at", "12345s", "--config", conf];
        using RunningProgram program = Command.Launcher([.. clock, "--", wait, "clock_nanosleep", "20000"]).Start();
        int thread = (int)await program.ReadNumberAsync("thread");
        decimal deadline = await program.ReadNumberAsync("deadline");
        using ConfigFile config = ConfigFile.Open(conf);
        await config.InFlightAsync(thread);
        decimal old = config.Offset;

        await RunAsync(language, "adjust", conf, "12000");
        Assert.NotEqual(old, config.Offset);
        Assert.Equal(deadline + config.Offset, config.Slot(thread));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task Boottime_clock_with_an_offset_of_its_own_stays(string language)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string wait = await NativeProgram.BuildAsync("product/migrating_waits.c");
        string[] clocks = ["--monotonic-at", "12345s", "--boottime-at", "777s"];
        using RunningProgram program = Command.Launcher([.. clocks, "--config", conf, "--", wait, "20"]).Start();
        IReadOnlyDictionary<int, decimal> waits = await MigratingWaits.ReadAsync(program, conf);

        await RunAsync(language, "adjust", conf, "5000");
        LauncherState state = await LauncherState.OfAsync(conf);
        Limits.AssertJustAfter(5000, state.Virtual("monotonic"));
        Limits.AssertJustAfter(777, state.Virtual("boottime"));
        Assert.Equal(waits, state.InFlight);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task Date_that_it_sets_is_the_launchers_and_its_deadlines_move_alone(string language)
    {
        const int Thread = 4_000_000;
        const int CLOCK_MONOTONIC = 1, CLOCK_TAI = 11;
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--monotonic-at", "12345s", "--realtime-offset", "1d", "--config", conf).RunAsync()).Succeeded();
        using ConfigFile config = ConfigFile.Open(conf);
        config.TakeSlot(Thread, CLOCK_TAI, 4_000_000_000, 0, choice: 1);
        config.TakeSlot(Thread + 1, CLOCK_MONOTONIC, 4_000_000_000, 0);
        int date = SlotMark.SlotOf(Thread, 1);

        // From the host's date to a virtual date, and from one virtual date to another.
        decimal old = (await LauncherState.OfAsync(conf)).Offset("realtime");
        for (int i = 0; i < 2; i++)
        {
            await RunAsync(language, "date", conf, "2147483640.5");
            LauncherState state = await LauncherState.OfAsync(conf);
            Limits.AssertJustAfter(2147483640.5m, state.Virtual("realtime"));
            Limits.AssertJustAfter(12345, state.Virtual("monotonic"));
            Assert.Equal(4_000_000_000 + state.Offset("realtime") - old, config.Slot(date));
            (await Command.Launcher("--realtime-offset", "0", "--config", conf).RunAsync()).Succeeded();
            Assert.Equal(4_000_000_000 - old, config.Slot(date));
        }

        Assert.Equal(4_000_000_000, config.Slot(Thread + 1));
        await RunAsync(language, "adjust", conf, "5");
        Assert.Equal(4_000_000_000 - old, config.Slot(date));
        Assert.NotEqual(4_000_000_000, config.Slot(Thread + 1));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task Date_that_it_sets_keeps_its_rate_and_deadlines_are_converted(string language)
    {
        const int Thread = 4_000_000;
        const int CLOCK_REALTIME = 0;
        foreach (string rate in new[] { "0", "0.5", "3600" })
        {
            using TemporaryDirectory directory = new();
            string conf = directory.File("conf");
            (await Command.Launcher("--realtime-at", "@2000000000", "--realtime-rate", rate, "--config", conf).RunAsync()).Succeeded();
            using ConfigFile config = ConfigFile.Open(conf);
            config.TakeSlot(Thread, CLOCK_REALTIME, 4_000_000_000, 0);
            ClockLine old = ConfigOnDisk.Read(conf).Line;
            decimal read = decimal.Parse(await RunAsync(language, "date", conf), CultureInfo.InvariantCulture);
            Assert.InRange(read, 2_000_000_000, 2_000_000_000 + (30 * 3600));

            await RunAsync(language, "date", conf, "2147483640.5");
            ConfigOnDisk disk = ConfigOnDisk.Read(conf);
            disk.AssertWhole();
            Assert.Equal(old.rate, disk.Line.rate);
            timespec moved = ClockLine.Move(old, disk.Line, disk.Line.reference, new timespec { tv_sec = 4_000_000_000 });
            Assert.Equal(moved.tv_sec + (moved.tv_nsec / 1_000_000_000m), config.Slot(Thread));
            await RunAsync(language, "adjust", conf, "5");
            ConfigOnDisk.Read(conf).AssertWhole();
            Assert.InRange((await LauncherState.OfAsync(conf)).Virtual("realtime"), 2147483640.5m, 2147483640.5m + (30 * 3600));
        }
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task File_of_the_C_library_is_adjusted_and_keeps_its_size(string language)
    {
        using ConfigFile config = ConfigFile.At(12345, ConfigLayout.CFileSize);
        const int Thread = 4_000_000;
        config.WriteRaw(ConfigLayout.SlotsPosition + ((long)Thread * ConfigLayout.SlotSize), 500, 999_999_999);
        decimal old = config.Offset;

        await RunAsync(language, "adjust", config.Path, "12000");
        Assert.Equal(ConfigLayout.CFileSize, new FileInfo(config.Path).Length);
        Limits.AssertJustAfter(12000, HostClock.Monotonic() - config.Offset);
        Assert.Equal(500.999999999m + config.Offset - old, config.Slot(Thread));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Languages))]
    public async Task Existing_file_is_not_overwritten(string language)
    {
        using ConfigFile config = ConfigFile.At(12345);
        decimal old = config.Offset;
        Result result = await (await ConfigExamples.CommandAsync(language, "create", config.Path, "1")).RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("config-example", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(old, config.Offset);
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(config.Path)!));
    }

    private static async Task<string> RunAsync(string language, params string[] arguments) =>
        (await (await ConfigExamples.CommandAsync(language, arguments)).RunAsync()).Succeeded().Output;
}
