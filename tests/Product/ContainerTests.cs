using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

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

    private static async Task<Container> CreateAsync() => await Container.CreateAsync(
        ("/bin/sh", "/bin/sh"),
        ("/bin/cat", Needs.Tool("cat")),
        ("/bin/watch_clock", await NativeProgram.BuildAsync("watch_clock.c")),
        ("/opt/virttime/virttime-run", Paths.Launcher),
        ("/opt/virttime/libvirttime.so", Paths.Library));
}
