using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;
using VirtTime.Tests.Placement;

namespace VirtTime.Tests.Product;

/// <summary>
/// The launcher works in a container without capabilities, privileges, a writable root, a known user, a full <c>/proc</c> or unusual system calls.
/// </summary>
public class ContainerTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_needs_no_more_than_the_most_confined_container_has()
    {
        using Container container = await CreateAsync();
        Result result = await container.Run(["/opt/virttime/virttime-run", "--monotonic-at", "12345s", "--", "/bin/sh", "-c", "watch_clock; cat /proc/self/status"]).RunAsync();
        Limits.AssertJustAfter(12345, result.Succeeded().Number("clock"));
        Assert.Empty(result.Error);

        // The container is as confined as the test says.
        Assert.Contains("Seccomp:\t2", result.Lines);
        Assert.Contains("NoNewPrivs:\t1", result.Lines);
        Assert.Contains("CapBnd:\t0000000000000000", result.Lines);
        Assert.Contains($"Uid:\t{Container.User}\t{Container.User}\t{Container.User}\t{Container.User}", result.Lines);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Container_with_no_place_for_the_file_is_told_so()
    {
        using Container container = await CreateAsync();
        Result result = await container.Run(["/opt/virttime/virttime-run", "--monotonic-at", "12345s", "--config", "/clock.conf", "--", "watch_clock"]).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("/clock.conf", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Date_is_shifted_too()
    {
        using Container container = await CreateAsync();
        string[] launch = ["/opt/virttime/virttime-run", "--realtime-at", "2038-01-19T03:14:00Z", "--monotonic-at", "0", "--"];
        Result shown = await container.Run([.. launch, "/bin/sh", "-c", "/opt/virttime/virttime-run --config \"$VIRT_TIME_CONF\" --json"]).RunAsync();
        StateJson state = StateJson.Of(shown);
        Limits.AssertJustAfter(2147483640, state.Virtual("realtime"));
        Limits.AssertJustAfter(0, state.Virtual("monotonic"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Static_Go_program_is_its_first_process()
    {
        using Container container = await CreateAsync(("/bin/placed", await GoPrograms.PlacedAsync()));
        string[] launch = ["/opt/virttime/virttime-run", "--realtime-at", "2031-03-03T00:00:00Z", "--monotonic-at", "12345s", "--", "/bin/placed"];
        GoPrograms.AssertVirtual(await container.Run([.. launch, "clocks"]).RunAsync());
        Result state = (await container.Run([.. launch, "state"]).RunAsync()).Succeeded();
        Assert.Contains("pid=1", state.Lines);
        Assert.Contains("child=-1 no child processes", state.Lines);
        Assert.Contains("TracerPid:\t0", state.Lines);
        Assert.Contains("Seccomp:\t2", state.Lines);
    }

    private static async Task<Container> CreateAsync(params IEnumerable<(string Path, string Source)> more) => await Container.CreateAsync(
    [
        ("/bin/sh", "/bin/sh"),
        ("/bin/cat", Needs.Tool("cat")),
        ("/bin/watch_clock", await NativeProgram.BuildAsync("watch_clock.c")),
        ("/opt/virttime/virttime-run", Paths.Launcher),
        ("/opt/virttime/libvirttime.so", Paths.Library),
        .. more,
    ]);
}
