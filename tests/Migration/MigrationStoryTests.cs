using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>
/// Processes wait on host A, whose clocks are 30 days ahead, and move to host B. The test covers the part of this that happens in the config file.
/// </summary>
public class MigrationStoryTests
{
    private const int WaitSeconds = 20;

    public static TheoryData<string> Tools() => ["virttime-run", .. ConfigExamples.All];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Tools))]
    public async Task Offset_and_deadlines_are_right_to_the_nanosecond(string tool)
    {
        await using Story story = await Story.BeginAsync();
        decimal saved = await story.SaveOnHostAAsync();
        (decimal earliest, decimal latest) = await story.ResumeOnHostBAsync(tool, saved);

        Assert.InRange(story.Config.Offset, earliest - saved, latest - saved);
        foreach ((int thread, decimal deadline) in story.Waits)
            Assert.Equal(deadline + story.Config.Offset, story.Config.Slot(thread));

        LauncherState state = await LauncherState.OfAsync(story.Config.Path);
        Assert.Equal(story.Waits, state.InFlight);
        Assert.Equal(story.Config.Offset, state.Offset("boottime"));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Tools))]
    public async Task Armed_timers_are_left_alone(string tool)
    {
        await using Story story = await Story.BeginAsync();
        decimal[] before = await story.ReadTimersAsync();
        Assert.All(before, left => Assert.InRange(left, 1, WaitSeconds));
        await story.ResumeOnHostBAsync(tool, await story.SaveOnHostAAsync());

        decimal[] after = await story.ReadTimersAsync();
        Assert.All(after.Zip(before), pair => Assert.InRange(pair.First, 0, pair.Second));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Saved_clock_is_the_one_that_the_processes_saw()
    {
        await using Story story = await Story.BeginAsync();
        decimal saved = await story.SaveOnHostAAsync();
        Limits.AssertJustAfter(12345, saved);
        Assert.All(story.Waits.Values, deadline => Assert.InRange(deadline - saved, 1, WaitSeconds));
    }

    private sealed class Story : IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private readonly List<RunningProgram> _programs = [];
        private ConfigFile? _config;

        public ConfigFile Config => _config!;

        /// <summary>The virtual deadlines by thread id.</summary>
        public SortedDictionary<int, decimal> Waits { get; } = [];

        /// <summary>Starts two processes that wait on host A with one config file.</summary>
        public static async Task<Story> BeginAsync()
        {
            await TimeNamespace.NeedsAsync();
            string program = await NativeProgram.BuildAsync("product/migrating_waits.c");
            Story story = new();
            string conf = story._directory.File("conf");
            await story.StartAsync(conf, Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", program, $"{WaitSeconds}"));
            await story.StartAsync(conf, Command.Launcher("--config", conf, "--", program, $"{WaitSeconds}"));
            story._config = ConfigFile.Open(conf);

            // Asserts that this is host A: on host B nothing would have to be moved.
            Assert.InRange(story.Config.Offset, TimeNamespace.Ahead - 12345 - 60, decimal.MaxValue);
            return story;
        }

        public async Task<decimal> SaveOnHostAAsync()
        {
            (await TimeNamespace.Inside(Command.Launcher("--config", Config.Path, "--save")).RunAsync()).Succeeded();
            return (await LauncherState.OfAsync(Config.Path)).Saved("monotonic");
        }

        /// <returns>Host B's clock before and after.</returns>
        public async Task<(decimal Before, decimal After)> ResumeOnHostBAsync(string tool, decimal saved)
        {
            Command resume = tool == "virttime-run"
                ? Command.Launcher("--config", Config.Path, "--resume", "--no-freeze")
                : await ConfigExamples.CommandAsync(tool, "adjust", Config.Path, saved.ToString(CultureInfo.InvariantCulture));
            decimal before = HostClock.Monotonic();
            (await resume.RunAsync()).Succeeded();
            return (before, HostClock.Monotonic());
        }

        public async Task<decimal[]> ReadTimersAsync()
        {
            List<decimal> timers = [];
            foreach (RunningProgram program in _programs)
                timers.AddRange(await MigratingWaits.ReadTimersAsync(program));
            return [.. timers];
        }

        public ValueTask DisposeAsync()
        {
            _programs.ForEach(program => program.Dispose());
            _config?.Dispose();
            _directory.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task StartAsync(string conf, Command command)
        {
            RunningProgram program = TimeNamespace.Inside(command).Start();
            _programs.Add(program);
            foreach ((int thread, decimal deadline) in await MigratingWaits.ReadAsync(program, conf))
                Waits.Add(thread, deadline);
        }
    }
}
