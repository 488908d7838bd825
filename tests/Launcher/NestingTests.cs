using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A launcher inside another launcher sees the host's clocks, and its target gets the clocks of the inner launcher.</summary>
public class NestingTests
{
    private static readonly string[] s_outer = ["--monotonic-at", "1000000d", "--", Paths.Launcher];

    [Fact(Timeout = Limits.Test)]
    public async Task Inner_clock_is_what_the_inner_launcher_was_asked_for() =>
        Limits.AssertJustAfter(12345, await ClockAsync([.. s_outer, "--monotonic-at", "12345s"]));

    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_under_another_name_is_known_for_one()
    {
        using TemporaryDirectory directory = new();
        directory.Copy(Paths.Library);
        string launcher = directory.File("vt");
        File.Copy(Paths.Launcher, launcher);
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        Command nested = Command.Of(launcher, "--monotonic-at", "1000000d", "--", launcher, "--monotonic-at", "12345s", "--", watch);
        Limits.AssertJustAfter(12345, (await nested.RunAsync()).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Script_whose_interpreter_is_a_launcher_is_accepted()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        string script = directory.File("script");
        await File.WriteAllTextAsync(
            script, $"#!{Paths.Launcher} -S --monotonic-at 12345s -- sh\nexec {watch}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        Result result = await Command.Launcher("--monotonic-at", "1000000d", "--", script).RunAsync();
        Limits.AssertJustAfter(12345, result.Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Inner_offset_is_relative_to_the_host()
    {
        decimal before = HostClock.Monotonic();
        decimal clock = await ClockAsync([.. s_outer, "--monotonic-offset", "+12345s"]);
        Assert.InRange(clock - 12345, before, HostClock.Monotonic());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Third_launcher_is_no_different()
    {
        decimal before = HostClock.Monotonic();
        decimal clock = await ClockAsync([.. s_outer, .. s_outer, "--monotonic-offset", "-250ms"]);
        Assert.InRange(clock + 0.25m, before, HostClock.Monotonic());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Boottime_offset_of_the_outer_one_does_not_reach_the_inner_one()
    {
        using TemporaryDirectory directory = new();
        string[] inner = ["--config", directory.File("conf"), "--monotonic-at", "12345s", "--json"];
        StateJson state = StateJson.Of(await Command.Launcher(["--boottime-at", "2000000d", .. s_outer, .. inner]).RunAsync());
        Assert.Equal(state.Offset(), state.Offset("boottime"));
        Limits.AssertJustAfter(12345, state.Virtual());
        Assert.InRange(state.Host("boottime"), state.Host() - 1, 1_000_000);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Inner_launcher_shows_the_hosts_clock_and_leaves_the_outer_file_alone()
    {
        using TemporaryDirectory directory = new();
        string outer = directory.File("outer");
        StateJson before = await StateJson.OfAsync("--config", outer, "--monotonic-at", "1000000d");
        decimal earliest = HostClock.Monotonic();
        string[] inner = ["--config", directory.File("inner"), "--monotonic-at", "12345s", "--json"];
        StateJson state = StateJson.Of(await Command.Launcher(["--config", outer, "--", Paths.Launcher, .. inner]).RunAsync());
        Assert.InRange(state.Host(), earliest, HostClock.Monotonic());
        Assert.Equal(before.Offset(), (await StateJson.OfAsync("--config", outer)).Offset());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_made_inside_is_right_outside()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher([.. s_outer, "--config", conf, "--monotonic-at", "12345s"]).RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, await ClockAsync("--config", conf));
    }

    private static async Task<decimal> ClockAsync(params string[] options)
    {
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        return (await Command.Launcher([.. options, "--", watch]).RunAsync()).Succeeded().Number("clock");
    }
}
