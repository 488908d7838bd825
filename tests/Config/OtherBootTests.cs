using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A config file that was made on another boot or host, where its offsets have no meaning.</summary>
public class OtherBootTests
{
    private const long BootPosition = ConfigLayout.ExtensionPosition + 56;

    [Theory(Timeout = Limits.Test)]
    [InlineData("--", "touch", "ran")]
    [InlineData("--print-env")]
    public async Task Is_refused_with_what_to_do(params string[] use)
    {
        using TemporaryDirectory directory = new();
        await MakeAsync(directory);
        using ConfigFile config = ConfigFile.Open(directory.File("conf"));
        decimal before = config.Offset;
        Command command = Command.Launcher(["--config", "conf", .. use]) with { WorkingDirectory = directory.Path };
        Result result = await command.RunAsync();

        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("virttime-run: --config conf: ", line, StringComparison.Ordinal);
        string[] parts = ["another boot", "clock option", "--resume", "--force"];
        Assert.All(parts, part => Assert.Contains(part, line, StringComparison.Ordinal));
        Assert.Equal(before, config.Offset);
        Assert.Equal([directory.File("conf")], Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Force_warns_and_runs_on_the_offset_as_it_is()
    {
        using TemporaryDirectory directory = new();
        await MakeAsync(directory);
        Result result = (await WatchAsync(directory, "--force")).Succeeded();
        Assert.StartsWith("virttime-run: warning: --config ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Limits.AssertJustAfter(12345, result.Number("clock"));
        Assert.False((await StateJson.OfAsync("--config", directory.File("conf"))).MadeOnThisBoot);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at", "777s")]
    [InlineData("--resume")]
    public async Task Clock_option_and_resume_make_it_a_file_of_this_boot(params string[] options)
    {
        using TemporaryDirectory directory = new();
        await MakeAsync(directory);
        decimal start = options.Length == 2 ? 777 : 12345;
        Result result = (await WatchAsync(directory, options)).Succeeded();
        Assert.Empty(result.Error);
        Limits.AssertJustAfter(start, result.Number("clock"));
        Assert.True((await StateJson.OfAsync("--config", directory.File("conf"))).MadeOnThisBoot);
        Limits.AssertJustAfter(start, (await WatchAsync(directory)).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Is_shown_for_what_it_is()
    {
        using TemporaryDirectory directory = new();
        await MakeAsync(directory);
        Assert.False((await StateJson.OfAsync("--config", directory.File("conf"))).MadeOnThisBoot);
        Result result = (await Command.Launcher("--config", directory.File("conf")).RunAsync()).Succeeded();
        Assert.Contains("another boot", result.Lines[0], StringComparison.Ordinal);
        Assert.False((await StateJson.OfAsync("--config", directory.File("conf"))).MadeOnThisBoot);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Clocks_are_not_saved_over_unless_forced()
    {
        using TemporaryDirectory directory = new();
        await MakeAsync(directory);
        string conf = directory.File("conf");
        StateJson before = await StateJson.OfAsync("--config", conf);
        Result result = await Command.Launcher("--config", conf, "--save").RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("--force", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before.Saved, (await StateJson.OfAsync("--config", conf)).Saved);

        StateJson forced = await StateJson.OfAsync("--config", conf, "--save", "--force");
        Assert.NotEqual(before.Saved, forced.Saved);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Boottime_offset_of_another_boot_is_not_kept_in_silence()
    {
        using TemporaryDirectory directory = new();
        await MakeAsync(directory, "--boottime-at", "5d");
        Result result = await WatchAsync(directory, "--monotonic-at", "777s");
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("--boottime-at", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Result both = (await WatchAsync(directory, "--monotonic-at", "777s", "--boottime-at", "5d")).Succeeded();
        Limits.AssertJustAfter(777, both.Number("clock"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--realtime-at", "@5")]
    [InlineData("--realtime-offset", "0")]
    [InlineData("--boottime-at", "5d")]
    [InlineData("--boottime-offset", "monotonic")]
    public async Task Monotonic_offset_of_another_boot_is_not_kept_in_silence(string option, string value)
    {
        using TemporaryDirectory directory = new();
        await MakeAsync(directory);
        Result result = await WatchAsync(directory, option, value);
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("give --monotonic-at or --monotonic-offset as well", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False((await StateJson.OfAsync("--config", directory.File("conf"))).MadeOnThisBoot);
        Result both = (await WatchAsync(directory, "--monotonic-at", "777s", option, value)).Succeeded();
        Limits.AssertJustAfter(777, both.Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Date_is_of_no_boot_and_goes_on_after_the_next_one()
    {
        using TemporaryDirectory directory = new();
        StateJson made = await StateJson.OfAsync("--config", directory.File("conf"), "--realtime-offset", "400d");
        using ConfigFile config = ConfigFile.Open(directory.File("conf"));
        config.WriteRaw(BootPosition, 0x0123456789ABCDEF, 0x0123456789ABCDEF);
        Assert.Empty((await WatchAsync(directory)).Succeeded().Error);
        Assert.Empty((await WatchAsync(directory, "--realtime-offset", "500d")).Succeeded().Error);
        StateJson changed = await StateJson.OfAsync("--config", directory.File("conf"));
        Assert.Equal((-400 * 86400, -500 * 86400), (made.Offset("realtime"), changed.Offset("realtime")));
        Assert.True(changed.MadeOnThisBoot);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_names_no_boot_is_reused()
    {
        using TemporaryDirectory directory = new();
        await MakeAsync(directory);
        using ConfigFile config = ConfigFile.Open(directory.File("conf"));
        config.WriteRaw(BootPosition, 0, 0);
        Assert.Null((await StateJson.OfAsync("--config", config.Path)).MadeOnThisBoot);
        Result result = (await WatchAsync(directory)).Succeeded();
        Assert.Empty(result.Error);
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    /// <summary>Makes a file <c>conf</c> with saved clocks, and then changes its boot to that of another host.</summary>
    private static async Task MakeAsync(TemporaryDirectory directory, params string[] options)
    {
        await StateJson.OfAsync(["--config", directory.File("conf"), "--monotonic-at", "12345s", .. options]);
        StateJson state = await StateJson.OfAsync("--config", directory.File("conf"), "--save");
        Assert.True(state.MadeOnThisBoot);
        using ConfigFile config = ConfigFile.Open(directory.File("conf"));
        config.WriteRaw(BootPosition, 0x0123456789ABCDEF, 0x0123456789ABCDEF);
    }

    private static async Task<Result> WatchAsync(TemporaryDirectory directory, params string[] options)
    {
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        return await Command.Launcher(["--config", directory.File("conf"), .. options, "--", watch]).RunAsync();
    }
}
