using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>The target runs with any value of <c>VIRT_TIME_CONF</c>: shifted if an offset can be read, else on the host's clocks.</summary>
public class ConfigFileTests
{
    private const int Nobody = 65534;

    [Theory(Timeout = Limits.Test)]
    [InlineData(16)]
    [InlineData(4096)]
    [InlineData(67108880)]
    [InlineData(67108896)]
    [InlineData(ConfigLayout.FileSize)]
    public async Task File_of_a_size_that_tools_give_it_shifts(long size)
    {
        using ConfigFile config = ConfigFile.At(12345, size);
        AssertVirtual((await (await ProbeAsync()).Under(config).RunAsync()).Succeeded());
        Assert.Equal(size, new FileInfo(config.Path).Length);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(67117056)]
    [InlineData(ConfigLayout.FileSize)]
    [InlineData(ConfigLayout.FileSize + 12345)]
    public async Task File_of_another_size_with_an_extension_block_shifts(long size)
    {
        using ConfigFile config = ConfigFile.At(12345, size);
        config.WriteRaw(ConfigLayout.ExtensionPosition, unchecked((long)ConfigExtension.MagicValue), 0);
        AssertVirtual((await (await ProbeAsync()).Under(config).RunAsync()).Succeeded());
        Assert.Equal(size, new FileInfo(config.Path).Length);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(17)]
    [InlineData(1000)]
    [InlineData(67112960)]
    [InlineData(67117056)]
    [InlineData(ConfigLayout.FileSize + 12345)]
    public async Task File_of_another_size_without_one_leaves_the_host_clocks(long size)
    {
        using ConfigFile config = ConfigFile.At(12345, size);
        await AssertRunsOnHostClocksAsync(config.Path);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("\u007fELF\x02\x01\x01", 4096)]
    [InlineData("#!/bin/sh\n", 4096)]
    public async Task Program_leaves_the_host_clocks(string start, int size)
    {
        using TemporaryDirectory directory = new();
        byte[] content = new byte[size];
        System.Text.Encoding.Latin1.GetBytes(start, content);
        await File.WriteAllBytesAsync(directory.File("program"), content, TestContext.Current.CancellationToken);
        await AssertRunsOnHostClocksAsync(directory.File("program"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData((1L << 61) + 1)]
    [InlineData(-(1L << 61) - 1)]
    [InlineData(long.MinValue)]
    public async Task Offset_farther_off_than_any_clock_leaves_the_host_clocks(long seconds)
    {
        using ConfigFile config = ConfigFile.Create(0);
        config.WriteRaw(ConfigLayout.OffsetPosition, seconds, 0);
        await AssertRunsOnHostClocksAsync(config.Path);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Missing_file_leaves_the_host_clocks()
    {
        using TemporaryDirectory directory = new();
        await AssertRunsOnHostClocksAsync(directory.File("missing"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Directory_leaves_the_host_clocks()
    {
        using TemporaryDirectory directory = new();
        await AssertRunsOnHostClocksAsync(directory.Path);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    public async Task Short_file_leaves_the_host_clocks(int size)
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllBytesAsync(directory.File("short"), new byte[size], TestContext.Current.CancellationToken);
        await AssertRunsOnHostClocksAsync(directory.File("short"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(0, 1_000_000_000)]
    [InlineData(0, -1)]
    [InlineData(0x2167616262616721, 0x2167616262616721)]
    [InlineData(long.MaxValue, long.MinValue)]
    public async Task Offset_with_nanoseconds_out_of_range_leaves_the_host_clocks(long seconds, long nanoseconds)
    {
        using ConfigFile config = ConfigFile.Create(0);
        config.WriteRaw(ConfigLayout.OffsetPosition, seconds, nanoseconds);
        await AssertRunsOnHostClocksAsync(config.Path);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("/dev/zero")]
    [InlineData("/dev/tty")]
    [InlineData("/proc/self/mem")]
    public async Task Special_file_leaves_the_host_clocks(string path) => await AssertRunsOnHostClocksAsync(path);

    [Fact(Timeout = Limits.Test)]
    public async Task Pipe_that_nobody_writes_to_leaves_the_host_clocks()
    {
        using TemporaryDirectory directory = new();
        (await Command.Of("mkfifo", directory.File("fifo")).RunAsync()).Succeeded();
        await AssertRunsOnHostClocksAsync(directory.File("fifo"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Variable_that_is_not_set_leaves_the_host_clocks() =>
        AssertHost(await (await ProbeAsync()).Preloading(Paths.Library).With("VIRT_TIME_CONF", null).RunAsync());

    [Fact(Timeout = Limits.Test)]
    public async Task Unreadable_file_leaves_the_host_clocks()
    {
        using TemporaryDirectory directory = new TemporaryDirectory().Public();
        AssertHost(await RunAsNobodyAsync(directory, UnixFileMode.None));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_can_only_be_read_shifts_all_the_same()
    {
        using TemporaryDirectory directory = new TemporaryDirectory().Public();
        AssertVirtual((await RunAsNobodyAsync(directory, UnixFileMode.OtherRead)).Succeeded());
    }

    // A launcher holds a lease on a file while it finds out whether a process uses it.
    [Fact(Timeout = Limits.Test)]
    public async Task File_that_is_just_being_swept_is_waited_for()
    {
        using TemporaryDirectory directory = new();
        using ConfigFile config = ConfigFile.At(12345);
        string copy = directory.Copy(config.Path);
        Command probe = await ProbeAsync();
        string holder = await NativeProgram.BuildAsync("hold_lease.c");
        Result result = await Command.Of(
            holder, copy, "env", $"LD_PRELOAD={Paths.Library}", $"VIRT_TIME_CONF={copy}", probe.File).RunAsync();
        AssertVirtual(result.Succeeded());
    }

    // Root may write to any file, so these run as another user, who needs copies that he can reach.
    private static async Task<Result> RunAsNobodyAsync(TemporaryDirectory directory, UnixFileMode mode)
    {
        Needs.Root();
        using ConfigFile config = ConfigFile.At(12345);
        string copy = directory.Copy(config.Path);
        File.SetUnixFileMode(copy, mode);
        Command probe = await ProbeAsync();
        string library = directory.Copy(Paths.Library);
        return await Command.Of(
            Needs.Tool("setpriv"), $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups",
            "env", $"LD_PRELOAD={library}", $"VIRT_TIME_CONF={copy}", directory.Copy(probe.File)).RunAsync();
    }

    private static async Task<Command> ProbeAsync() => Command.Of(await NativeProgram.BuildAsync("clock_probe.c"));

    private static async Task AssertRunsOnHostClocksAsync(string path) =>
        AssertHost(await (await ProbeAsync()).UnderConfigAt(path).RunAsync());

    private static void AssertVirtual(Result result)
    {
        Assert.Empty(result.Error);
        Limits.AssertJustAfter(12345, result.Number("clock"));
        AssertWaits(result);
    }

    private static void AssertHost(Result result)
    {
        result.Succeeded();
        Assert.StartsWith("libvirttime: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        decimal now = HostClock.Monotonic();
        Assert.InRange(result.Number("clock"), now - 30, now);
        AssertWaits(result);
    }

    private static void AssertWaits(Result result)
    {
        Limits.AssertWaited300(result.Number("slept_ms"));
        Limits.AssertWaited300(result.Number("wall_ms"));
        Limits.AssertWaited300(result.Number("waited_ms"));
    }
}
