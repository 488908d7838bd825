using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>scripts/action/action.yml</c>.</summary>
public class ActionTests
{
    private const int Days400 = 400 * 86400;

    [Fact(Timeout = Limits.Test)]
    public async Task Every_option_for_a_clock_is_an_input()
    {
        using TemporaryDirectory directory = new();
        string[] clocks = [.. (await HelpOptions.AllAsync()).Where(option => Regex.IsMatch(option, "-(at|offset|since)$"))];
        Assert.Contains("--boottime-at", clocks);
        Assert.Subset(new ActionSteps(directory).Inputs.Select(input => "--" + input).ToHashSet(), clocks.Append("--config").ToHashSet());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Steps_that_follow_run_on_the_shifted_clock()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        ActionSteps steps = new(directory);
        (await steps.UseAsync(("path", Paths.Dist), ("monotonic-offset", "+400d"))).Succeeded();
        AssertUp400DaysMore(await steps.RunAsync(watch));

        // Another step can adjust the file by its name.
        (await steps.RunAsync("virttime-run --monotonic-at 12345s --config \"$VIRT_TIME_CONF\"")).Succeeded();
        Limits.AssertJustAfter(12345, (await steps.RunAsync(watch)).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task One_command_runs_on_it_and_nothing_else()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        ActionSteps steps = new(directory);
        Result result = await steps.UseAsync(("path", Paths.Dist), ("monotonic-at", "12345s"), ("command", $"env | grep ^INPUT_ && exit 9\n{watch}\necho \"done\""));
        Limits.AssertJustAfter(12345, result.Succeeded().Number("clock"));
        Assert.Equal("done", result.Lines[^1]);
        Assert.InRange((await steps.RunAsync(watch)).Succeeded().Number("clock"), HostClock.Monotonic() - 60, HostClock.Monotonic());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Command_that_fails_fails_the_step_at_once()
    {
        using TemporaryDirectory directory = new();
        Result result = await new ActionSteps(directory).UseAsync(("path", Paths.Dist), ("monotonic-at", "5s"), ("command", "false | true\necho on"));
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain("on", result.Lines);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Release_is_downloaded_and_compared_with_its_sums()
    {
        Needs.Tool("curl");
        using TemporaryDirectory directory = new();
        string made = await Release.PackAsync(directory, "tarball"), name = $"virttime-{await Release.VersionAsync()}-linux-x64.tar.gz";
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        ActionSteps steps = new(directory);
        string place = directory.File("v{version}");
        Directory.Move(made, place.Replace("{version}", await Release.VersionAsync(), StringComparison.Ordinal));
        (await steps.UseAsync(("url", "file://" + place), ("monotonic-offset", "+400d"))).Succeeded();
        AssertUp400DaysMore(await steps.RunAsync(watch));

        string archive = Path.Combine(place.Replace("{version}", await Release.VersionAsync(), StringComparison.Ordinal), name);
        await File.AppendAllTextAsync(archive, "more", TestContext.Current.CancellationToken);
        Result result = await new ActionSteps(directory).UseAsync(("url", "file://" + place), ("monotonic-offset", "+400d"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{name}: is not what SHA256SUMS says", result.Output, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Tarball_may_be_given()
    {
        using TemporaryDirectory directory = new();
        string archive = Path.Combine(await Release.PackAsync(directory, "tarball"), $"virttime-{await Release.VersionAsync()}-linux-x64.tar.gz");
        ActionSteps steps = new(directory);
        (await steps.UseAsync(("path", archive), ("monotonic-offset", "+400d"))).Succeeded();
        AssertUp400DaysMore(await steps.RunAsync(await NativeProgram.BuildAsync("watch_clock.c")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Without_a_clock_it_installs_only()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        ActionSteps steps = new(directory);
        (await steps.UseAsync(("path", Paths.Dist))).Succeeded();
        Assert.Empty(steps.Variables);
        Assert.Equal((Paths.Dist, "", await Release.VersionAsync()), (steps.Outputs["bin"], steps.Outputs["config"], steps.Outputs["version"]));
        AssertUpAsTheHost(await steps.RunAsync(watch));
        (await steps.RunAsync("virttime-run --version")).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Off_ends_the_shift_and_keeps_other_libraries()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        ActionSteps steps = new(directory);
        (await steps.UseAsync(("path", Paths.Dist), ("monotonic-offset", "+400d"))).Succeeded();
        AssertUp400DaysMore(await steps.RunAsync(watch));

        steps.Runner["LD_PRELOAD"] = $"{Paths.Library}:/usr/lib/other.so";
        (await steps.UseAsync(("off", "true"))).Succeeded();
        steps.Runner.Clear();
        Assert.Equal("/usr/lib/other.so", steps.Variables["LD_PRELOAD"]);
        Assert.Equal("", steps.Variables["VIRT_TIME_CONF"]);
        AssertUpAsTheHost(await steps.RunAsync($"unset LD_PRELOAD; {watch}"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Second_use_takes_the_place_of_the_first()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        string archive = Path.Combine(await Release.PackAsync(directory, "tarball"), $"virttime-{await Release.VersionAsync()}-linux-x64.tar.gz");
        ActionSteps steps = new(directory);
        (await steps.UseAsync(("path", archive), ("realtime-offset", "+4000d"), ("realtime-rate", "0.5"))).Succeeded();
        string first = steps.Outputs["config"], library = steps.Variables["LD_PRELOAD"];
        long age = new FileInfo(library).CreationTimeUtc.Ticks;

        // The launcher in the archive runs with the library that it installs itself.
        Result result = await steps.UseAsync(("path", archive), ("monotonic-offset", "+400d"));
        Assert.Equal("", result.Succeeded().Error);
        Assert.Equal(library, steps.Variables["LD_PRELOAD"]);
        Assert.Equal(age, new FileInfo(library).CreationTimeUtc.Ticks);
        Assert.NotEqual(first, steps.Outputs["config"]);
        AssertUp400DaysMore(await steps.RunAsync(watch));
        Result date = await steps.RunAsync("date +%s");
        Assert.InRange(long.Parse(date.Succeeded().Output, null), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Config_may_have_a_space()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        ActionSteps steps = new(directory);
        (await steps.UseAsync(("path", Paths.Dist), ("monotonic-offset", "+400d"), ("config", "with a space.conf"))).Succeeded();
        Assert.Equal(directory.File("with a space.conf"), steps.Outputs["config"]);
        AssertUp400DaysMore(await steps.RunAsync(watch));
        (await steps.UseAsync(("path", Paths.Dist), ("config", "with a space.conf"), ("command", watch))).Succeeded();
        AssertUp400DaysMore(await steps.RunAsync(watch));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at: %22x%22 is not a time", "monotonic-at=x")]
    [InlineData("--monotonic-at: %22x%22 is not a time", "monotonic-at=x", "command=true")]
    [InlineData("command: give a clock", "command=true")]
    [InlineData("does not exist; give a clock", "config=missing.conf")]
    [InlineData("a path cannot have more than one line", "monotonic-at=5s", "config=a\nLD_AUDIT=b")]
    [InlineData("off: ends the shift", "off=true", "monotonic-at=5s")]
    [InlineData("neither true nor false", "off=maybe")]
    public async Task Error_is_shown_as_one_and_nothing_is_shifted(string reason, params string[] inputs)
    {
        using TemporaryDirectory directory = new();
        ActionSteps steps = new(directory);
        Result result = await steps.UseAsync([("path", Paths.Dist), .. inputs.Select(input => input.Split('=', 2)).Select(parts => (parts[0], parts[1]))]);
        Assert.Equal(1, result.ExitCode);
        string line = Assert.Single(result.Lines);
        Assert.StartsWith("::error title=VirtTime::", line, StringComparison.Ordinal);
        Assert.Contains(reason.Replace("%22", "\"", StringComparison.Ordinal), line, StringComparison.Ordinal);
        Assert.Empty(steps.Variables);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("RUNNER_OS", "macOS", "this runner is macOS; VirtTime is for Linux")]
    [InlineData("RUNNER_ARCH", "RISCV64", "there is no release for RISCV64")]
    public async Task Runner_without_a_release_is_refused(string variable, string value, string reason)
    {
        using TemporaryDirectory directory = new();
        ActionSteps steps = new(directory);
        steps.Runner[variable] = value;
        Result result = await steps.UseAsync(("monotonic-at", "5s"));
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("::error title=VirtTime::" + reason, Assert.Single(result.Lines));
    }

    // The address shows the requested version. The server does not exist.
    [Theory(Timeout = Limits.Test)]
    [InlineData("https://server.invalid/someone/virttime/releases/download/v9.8.7/", "version=v9.8.7")]
    [InlineData("https://server.invalid/other/fork/releases/download/v9.8.7/", "version=9.8.7", "repository=other/fork")]
    [InlineData("https://mirror.invalid/fork/releases/download/v9.8.7/", "version=9.8.7", "repository=https://mirror.invalid/fork")]
    [InlineData("https://mirror.invalid/9.8.7/of/9.8.7/", "version=9.8.7", "url=https://mirror.invalid/{version}/of/{version}")]
    public async Task Release_comes_from_the_repository_of_the_action(string address, params string[] inputs)
    {
        Needs.Tool("curl");
        using TemporaryDirectory directory = new();
        string folder = directory.File("_actions/someone/virttime/v1/scripts/action");
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        (await Command.Of("cp", "-r", Path.Combine(Paths.Root, "scripts", "action"), folder).RunAsync()).Succeeded();
        // Without curl's pauses between tries.
        Directory.CreateDirectory(directory.File("bin"));
        await File.WriteAllTextAsync(directory.File("bin/curl"), "#!/bin/sh\nexit 6\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(directory.File("bin/curl"), (UnixFileMode)0b111_101_101);
        ActionSteps steps = new(directory, folder);
        steps.Runner["PATH"] = $"{directory.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        Result result = await steps.UseAsync([.. inputs.Select(input => input.Split('=', 2)).Select(parts => (parts[0], parts[1]))]);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"::error title=VirtTime::{address}virttime-9.8.7-linux-x64.tar.gz: ", Assert.Single(result.Lines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("repository of this action is not known", "version=0.1.0")]
    [InlineData("is not a version", "version=0.1/../0", "url=https://server.invalid")]
    [InlineData("is not a version", "version=1;s/a/b/", "url=https://server.invalid/{version}")]
    [InlineData("is not a version", "version=1\nLD_AUDIT=b")]
    [InlineData("a path cannot have more than one line", "path=/tmp\n/usr/bin")]
    public async Task Release_that_cannot_be_found_is_an_error(string reason, params string[] inputs)
    {
        using TemporaryDirectory directory = new();
        Result result = await new ActionSteps(directory).UseAsync([.. inputs.Select(input => input.Split('=', 2)).Select(parts => (parts[0], parts[1]))]);
        Assert.Equal(1, result.ExitCode);
        string line = Assert.Single(result.Lines);
        Assert.StartsWith("::error title=VirtTime::", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Path_without_a_launcher_is_an_error()
    {
        using TemporaryDirectory directory = new();
        Result result = await new ActionSteps(directory).UseAsync(("path", directory.Path));
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("::error title=VirtTime::", Assert.Single(result.Lines), StringComparison.Ordinal);
    }

    private static void AssertUpAsTheHost(Result result) =>
        Assert.InRange(result.Succeeded().Number("clock"), HostClock.Monotonic() - 60, HostClock.Monotonic());

    private static void AssertUp400DaysMore(Result result)
    {
        decimal now = HostClock.Monotonic();
        Assert.InRange(result.Succeeded().Number("clock"), Days400 + now - 60, Days400 + now);
    }
}
