using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>The launcher is killed before each of the system calls that create or change a config file.</summary>
public class CreationCrashTests
{
    private const string Shift = "--monotonic-offset=+400d";
    private const decimal ShiftInSeconds = 34_560_000;

    [Fact(Timeout = Limits.Test)]
    public async Task Named_file_is_whole_or_not_there() => await KillCreationEverywhereAsync(command => command, "linkat");

    [Fact(Timeout = Limits.Test)]
    public async Task Named_file_is_whole_or_not_there_where_temporary_files_have_names()
    {
        string filter = await NativeProgram.BuildAsync("launcher/no_unnamed_files.c");
        await KillCreationEverywhereAsync(command => command.Through(filter), "linkat", "unlinkat");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Private_file_that_was_left_over_does_not_hinder_the_next_launch()
    {
        using TemporaryDirectory first = new();
        IReadOnlyList<Step> steps = await Tracing.StepsAsync(Private(first, "true"), first.Path);
        int killed = 0, leftovers = 0;
        foreach (Step step in steps)
        {
            using TemporaryDirectory runtime = new();
            string files = runtime.File("virttime");
            killed += await Tracing.KillAsync(Private(runtime, "true"), step) ? 1 : 0;
            leftovers += Directory.Exists(files) ? Directory.GetFiles(files, "*-*.*").Length : 0;

            Result next = (await Private(runtime, "sh", "-c", "echo pid=$$; echo conf=$VIRT_TIME_CONF").RunAsync()).Succeeded();
            Assert.StartsWith(files, next.Value("conf"), StringComparison.Ordinal);
            Assert.Contains($"-{next.Value("pid")}.", next.Value("conf"), StringComparison.Ordinal);
            ConfigOnDisk.Read(next.Value("conf")).AssertWhole();
        }

        AssertKilled(steps, killed, "openat", "ftruncate", "fchmod", "pwrite64", "execve");
        Assert.NotEqual(0, leftovers);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_is_being_adjusted_stays_usable()
    {
        string probe = await NativeProgram.BuildAsync("watch_clock.c");
        using TemporaryDirectory directory = new();
        string path = directory.File("conf");
        (await Named(path, "true").RunAsync()).Succeeded();
        IReadOnlyList<Step> steps = await Tracing.StepsAsync(Named(path, "true"), path);
        int killed = 0, halfChanged = 0;
        foreach (Step step in steps)
        {
            killed += await Tracing.KillAsync(Named(path, "true"), step) ? 1 : 0;
            halfChanged += ConfigOnDisk.Read(path).IsBeingChanged ? 1 : 0;
            await AssertWorksAsync(Named(path, probe), path);
        }

        AssertKilled(steps, killed, "flock", "lseek", "munmap", "execve");
        Assert.NotEqual(0, halfChanged);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Half_made_adjustment_does_not_stop_a_target()
    {
        string probe = await NativeProgram.BuildAsync("watch_clock.c");
        using TemporaryDirectory directory = new();
        string path = directory.File("conf");
        (await Named(path, "true").RunAsync()).Succeeded();
        IReadOnlyList<Step> steps = await Tracing.StepsAsync(Named(path, "true"), path);
        Assert.True(await Tracing.KillAsync(Named(path, "true"), steps.Last(step => step.Call == "lseek")));
        Assert.True(ConfigOnDisk.Read(path).IsBeingChanged);

        decimal host = HostClock.Monotonic();
        Result result = (await Command.Launcher("--config", path, "--", probe).RunAsync()).Succeeded();
        Limits.AssertJustAfter(host + ShiftInSeconds, result.Number("clock"));
        await AssertWorksAsync(Named(path, probe), path);
    }

    private static async Task KillCreationEverywhereAsync(Func<Command, Command> inSurroundings, params string[] calls)
    {
        string probe = await NativeProgram.BuildAsync("watch_clock.c");
        using TemporaryDirectory first = new();
        IReadOnlyList<Step> steps = await Tracing.StepsAsync(inSurroundings(Named(first.File("conf"), "true")), first.File("conf"));
        int killed = 0, missing = 0;
        foreach (Step step in steps)
        {
            using TemporaryDirectory directory = new();
            string path = directory.File("conf");
            killed += await Tracing.KillAsync(inSurroundings(Named(path, "true")), step) ? 1 : 0;
            missing += File.Exists(path) ? 0 : 1;
            if (File.Exists(path))
                ConfigOnDisk.Read(path).AssertWhole();

            await AssertWorksAsync(inSurroundings(Named(path, probe)), path);
            Assert.Equal([path], Directory.GetFileSystemEntries(directory.Path));
        }

        AssertKilled(steps, killed, ["openat", "ftruncate", "fchmod", "pwrite64", "execve", .. calls]);
        Assert.InRange(missing, 1, steps.Count - 1);
    }

    private static async Task AssertWorksAsync(Command command, string path)
    {
        decimal host = HostClock.Monotonic();
        Limits.AssertJustAfter(host + ShiftInSeconds, (await command.RunAsync()).Succeeded().Number("clock"));
        ConfigOnDisk.Read(path).AssertWhole();
    }

    // A few of the steps are calls of the .NET runtime, whose number may differ in the next run.
    private static void AssertKilled(IReadOnlyList<Step> steps, int killed, params IEnumerable<string> calls)
    {
        Assert.Superset(calls.ToHashSet(), steps.Select(step => step.Call).ToHashSet());
        Assert.InRange(killed, steps.Count - 3, steps.Count);
    }

    private static Command Named(string path, params string[] target) => Command.Launcher(["--config", path, Shift, "--", .. target]);

    private static Command Private(TemporaryDirectory runtime, params string[] target) =>
        Command.Launcher([Shift, "--", .. target]).With("XDG_RUNTIME_DIR", runtime.Path);
}
