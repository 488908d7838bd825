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

        // And whoever knows the file adjusts it.
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
    public async Task Path_without_a_launcher_is_an_error()
    {
        using TemporaryDirectory directory = new();
        Result result = await new ActionSteps(directory).UseAsync(("path", directory.Path));
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("::error title=VirtTime::", Assert.Single(result.Lines), StringComparison.Ordinal);
    }

    private static void AssertUp400DaysMore(Result result)
    {
        decimal now = HostClock.Monotonic();
        Assert.InRange(result.Succeeded().Number("clock"), Days400 + now - 60, Days400 + now);
    }
}
