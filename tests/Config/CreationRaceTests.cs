using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Several launchers that use one config file at the same time.</summary>
public class CreationRaceTests
{
    // Prints the file that the target has mapped.
    private const string Observe = "grep -m 1 -F \"$VIRT_TIME_CONF\" /proc/self/maps";

    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);

    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(false, "--monotonic-at=12345s")]
    [InlineData(false, "--monotonic-offset=+400d")]
    [InlineData(true)]
    [InlineData(true, "--monotonic-at=12345s")]
    public async Task Launchers_that_race_end_with_one_file(bool temporaryFilesHaveNames, params string[] options)
    {
        string filter = await NativeProgram.BuildAsync("launcher/no_unnamed_files.c");
        for (int round = 0; round < 5; round++)
        {
            using TemporaryDirectory directory = new();
            string path = directory.File("conf");
            RunningProgram[] launchers = [.. Enumerable.Range(0, 8).Select(_ => Mapping(path, options, temporaryFilesHaveNames ? filter : null).Start())];
            Result[] results = await Task.WhenAll(launchers.Select(launcher => launcher.EndAsync()));
            foreach (RunningProgram launcher in launchers)
                launcher.Dispose();

            Assert.Single(results.Select(result => MappedFile(result, path)).Distinct());
            ConfigOnDisk.Read(path).AssertWhole();
            Assert.Equal([path], Directory.GetFileSystemEntries(directory.Path));
        }
    }

    /// <summary>The first launcher is delayed before it gives the file its name.</summary>
    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Launcher_that_comes_late_uses_the_file_of_the_other(bool temporaryFilesHaveNames)
    {
        string probe = await NativeProgram.BuildAsync("watch_clock.c");
        string filter = await NativeProgram.BuildAsync("launcher/no_unnamed_files.c");
        using TemporaryDirectory directory = new();
        string path = directory.File("conf");
        Command late = Command.Launcher("--config", path, "--", probe);
        if (temporaryFilesHaveNames)
            late = late.Through(filter);
        Step link = (await Tracing.StepsAsync(late, path)).Last(step => step.Call == "linkat");
        File.Delete(path);

        using RunningProgram first = Tracing.Delaying(late, link, s_delay).Start();
        first.CloseInput();
        await Task.Delay(s_delay / 2, TestContext.Current.CancellationToken);
        Assert.False(File.Exists(path));
        Result second = (await Command.Launcher("--config", path, "--monotonic-at", "12345s", "--", probe).RunAsync()).Succeeded();
        ConfigOnDisk made = ConfigOnDisk.Read(path);

        Limits.AssertJustAfter(12345, second.Number("clock"));
        Limits.AssertJustAfter(second.Number("clock"), (await first.EndAsync()).Succeeded().Number("clock"));
        Assert.Equal(made.Offset, ConfigOnDisk.Read(path).Offset);
        Assert.Equal([path], Directory.GetFileSystemEntries(directory.Path));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(ConfigLayout.FileSize)]
    [InlineData(ConfigLayout.CFileSize)]
    public async Task Adjustments_and_launches_leave_a_sound_file(long size)
    {
        const int Times = 40;
        string probe = await NativeProgram.BuildAsync("watch_clock.c");
        using ConfigFile config = ConfigFile.At(7_200_000, size);
        string loop = $"for i in $(seq {Times}); do \"$@\" || exit; done";
        Command[] commands =
        [
            Loop(loop, "--monotonic-at", "1000h", "--config", config.Path),
            Loop(loop, "--monotonic-at", "2000h", "--config", config.Path),
            Loop(loop, "--config", config.Path, "--", probe),
            Loop(loop, "--config", config.Path, "--", probe),
        ];
        Result[] results = await Task.WhenAll(commands.Select(command => command.RunAsync()));

        foreach (Result result in results)
            result.Succeeded();
        decimal[] clocks = [.. results.SelectMany(result => result.Lines).Select(line => decimal.Parse(line["clock=".Length..]))];
        Assert.Equal(2 * Times, clocks.Length);
        foreach (decimal clock in clocks)
            Limits.AssertJustAfter(clock < 7_200_000 ? 3_600_000 : 7_200_000, clock);

        ConfigOnDisk.Read(config.Path).AssertSound(size);
        Assert.Equal(size == ConfigLayout.FileSize ? 4u * Times : 0, ConfigOnDisk.Read(config.Path).Extension.sequence);
    }

    /// <summary>If another tool made the file, the first adjustment fills in the extension block.</summary>
    [Fact(Timeout = Limits.Test)]
    public async Task First_adjustments_of_a_file_from_elsewhere_all_go_through_its_block()
    {
        const int Rounds = 12, Launchers = 8;
        for (int round = 0; round < Rounds; round++)
        {
            using ConfigFile config = ConfigFile.At(12345);
            Command adjust = Command.Launcher("--monotonic-at", "1000h", "--config", config.Path);
            Command reuse = Command.Launcher("--config", config.Path, "--", "true");
            Result[] results = await Task.WhenAll(Enumerable.Range(0, Launchers).SelectMany(_ => new[] { adjust.RunAsync(), reuse.RunAsync() }));

            Assert.All(results, result => result.Succeeded());
            Assert.Equal(2u * Launchers, ConfigOnDisk.Read(config.Path).Extension.sequence);
        }
    }

    private static Command Mapping(string path, string[] options, string? filter)
    {
        Command launcher = Command.Launcher(["--config", path, .. options, "--", "sh", "-c", Observe]);
        return filter == null ? launcher : launcher.Through(filter);
    }

    private static Command Loop(string script, params string[] arguments) =>
        Command.Of("sh", ["-c", script, "sh", Paths.Launcher, .. arguments]);

    /// <summary>Returns device and inode from a line of <c>/proc/self/maps</c>, for a file that still has its name.</summary>
    private static string MappedFile(Result result, string path)
    {
        string[] fields = Assert.Single(result.Succeeded().Lines).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(path, fields[^1]);
        return $"{fields[3]} {fields[4]}";
    }
}
