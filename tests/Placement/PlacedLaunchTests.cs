using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;
using VirtTime.Tests.Product;

namespace VirtTime.Tests.Placement;

/// <summary>The library is placed where programs run: many at a time, as process 1, in containers, for users without privileges.</summary>
public class PlacedLaunchTests
{
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Many_launches_at_the_same_time_are_all_right()
    {
        int count = Needs.IsFullRun ? 500 : 40;
        Command launch = (await GoPrograms.LaunchAsync("clocks")) with { Limit = TimeSpan.FromSeconds(100) };
        Result[] results = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => launch.RunAsync()));
        Assert.All(results, result =>
        {
            // So many at a time take longer than AssertJustAfter allows, and the clock begins before the exec.
            Assert.InRange(result.Succeeded().Number("clock"), GoPrograms.Clock, GoPrograms.Clock + 100);
            Assert.InRange(result.Number("date"), GoPrograms.Date, GoPrograms.Date + 100);
        });
    }

    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Signals_and_stops_meanwhile_do_no_harm()
    {
        string sender = await NativeProgram.BuildAsync("placement/send_signals.c");
        Command launch = await GoPrograms.LaunchAsync("clocks");
        for (int i = 0; i < (Needs.IsFullRun ? 200 : 20); i++)
            GoPrograms.AssertVirtual(await Command.Of(sender, [launch.File, .. launch.Arguments]).RunAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task User_without_privileges_may_place()
    {
        using OrdinaryUser user = new();
        string program = user.Copy(await GoPrograms.PlacedAsync());
        Command launch = user.Launch("--realtime-at=2031-03-03T00:00:00Z", "--monotonic-at=12345s", "--", program, "clocks");
        GoPrograms.AssertVirtual(await launch.RunAsync());
        GoPrograms.AssertVirtual(await Command.Of("setpriv", ["--no-new-privs", launch.File, .. launch.Arguments]).RunAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_1_of_a_PID_namespace_may_be_the_program()
    {
        Needs.Root();
        Command launch = await GoPrograms.LaunchAsync("clocks");
        Command inside = Command.Of(Needs.Tool("unshare"), ["--pid", "--fork", "--mount-proc", launch.File, .. launch.Arguments]);
        GoPrograms.AssertVirtual(await inside.RunAsync());

        Command state = await GoPrograms.LaunchAsync("state");
        Result seen = (await Command.Of("unshare", ["--pid", "--fork", "--mount-proc", state.File, .. state.Arguments]).RunAsync()).Succeeded();
        Assert.Equal("1", seen.Value("pid"));
        Assert.Equal("-1 no child processes", seen.Value("child"));
    }

    // The first child would become process 1 of the new namespace, and its end would end the namespace.
    [Fact(Timeout = Limits.Test)]
    public async Task Unshared_PID_namespace_without_a_process_is_refused()
    {
        Needs.Root();
        Command launch = await GoPrograms.LaunchAsync("clocks");
        Result result = await Command.Of(Needs.Tool("unshare"), ["--pid", launch.File, .. launch.Arguments]).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("; use unshare with --fork", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Container_with_the_default_filter_and_no_capability_may_place()
    {
        using Container container = await Container.CreateAsync(
            ("/bin/placed", await GoPrograms.PlacedAsync()),
            ("/opt/virttime/virttime-run", Paths.Launcher),
            ("/opt/virttime/libvirttime.so", Paths.Library));
        string[] launch = ["/opt/virttime/virttime-run", "--realtime-at=2031-03-03T00:00:00Z", "--monotonic-at=12345s", "--", "/bin/placed"];
        GoPrograms.AssertVirtual(await container.Run([.. launch, "clocks"]).RunAsync());
        Result state = (await container.Run([.. launch, "state"]).RunAsync()).Succeeded();
        Assert.Equal("1", state.Value("pid"));
        Assert.Equal("-1 no child processes", state.Value("child"));
        Assert.Contains("Seccomp:\t2", state.Lines);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_may_run_a_launcher()
    {
        string program = await GoPrograms.PlacedAsync();
        Command outer = GoPrograms.Launch(Paths.Launcher, "--monotonic-at=777s", "--", program, "clocks");
        Limits.AssertJustAfter(777, (await outer.RunAsync()).Succeeded().Number("clock"));
    }
}
