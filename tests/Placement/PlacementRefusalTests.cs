using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Placement;

/// <summary>If the library cannot be placed, the program does not run on the host's clocks. An error names the reason and the remedy.</summary>
public class PlacementRefusalTests
{
    private const string NotPlaced = "the library cannot be placed into this static program: ";
    private const string Instead = ", or use --backend namespace";

    [Fact(Timeout = Limits.Test)]
    public async Task Strict_preload_refuses()
    {
        string program = await GoPrograms.PlacedAsync();
        await RefusesAsync(
            Command.Launcher("--backend=preload", "--", program, "clocks"),
            $"{program}: is a static Go program, so no library can be preloaded into it; omit --backend preload: then the library is placed into it, "
                + "or give --force to run it on the host's clocks");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Library_of_another_kind_is_refused_before_a_config_file_is_created()
    {
        using TemporaryDirectory directory = new();
        string launcher = directory.Copy(Paths.Launcher), library = directory.File("libvirttime.so"), config = directory.File("conf");
        File.Copy(Needs.Library("libm.so.6"), library);
        await RefusesAsync(
            Command.Of(launcher, "--monotonic-at=12345s", "--config", config, "--", await GoPrograms.PlacedAsync(), "clocks"),
            $"{library}: cannot be placed into a static program; reinstall VirtTime, so that the library and virttime-run belong together");
        Assert.False(File.Exists(config));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_is_traced_already_is_told_its_tracer()
    {
        string program = await GoPrograms.PlacedAsync();
        Command launch = Command.Launcher("--monotonic-at=12345s", "--", program, "clocks");
        Result result = await Command.Of(Needs.Tool("strace"), ["-f", "-o", "/dev/null", launch.File, .. launch.Arguments]).RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"virttime-run: {program}: {NotPlaced}process ", line, StringComparison.Ordinal);
        Assert.EndsWith(
            " traces virttime-run, as strace -f and debuggers do, and a process can have only one tracer; run it without that" + Instead, line,
            StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(1, "a seccomp filter (containers have one) denies ptrace (operation not permitted); allow ptrace")]
    [InlineData(38, "a seccomp filter (containers have one) denies ptrace (function not implemented); allow ptrace")]
    [InlineData(0, "the process that traces it was killed, perhaps by a seccomp filter that forbids ptrace; allow ptrace")]
    public async Task Filter_against_ptrace_is_named(int error, string reason)
    {
        string program = await GoPrograms.PlacedAsync(), filter = await NativeProgram.BuildAsync("placement/refuse_ptrace.c");
        Command launch = Command.Launcher("--monotonic-at=12345s", "--", program, "clocks");
        await RefusesAsync(Command.Of(filter, [$"{error}", launch.File, .. launch.Arguments]), $"{program}: {NotPlaced}{reason}{Instead}");

        Result check = await Command.Of(filter, $"{error}", Paths.Launcher, "--check", "--", program).RunAsync();
        Assert.Equal(125, check.ExitCode);
        Assert.Equal(["backend: none", $"{program} cannot be shifted: {NotPlaced}{reason}"], check.Lines.TakeLast(2));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("wait4", "a seccomp filter (containers have one) denies wait4 (operation not permitted); allow wait4")]
    [InlineData("clone", "a seccomp filter (containers have one) forbids starting a process that traces it (operation not permitted); allow clone and pipe2")]
    [InlineData("pipe2", "a seccomp filter (containers have one) forbids starting a process that traces it (operation not permitted); allow clone and pipe2")]
    [InlineData("fcntl", "libvirttime.so cannot stay open over the exec (operation not permitted, by a seccomp filter); allow fcntl")]
    public async Task Filter_against_another_call_is_named(string call, string reason)
    {
        string program = await GoPrograms.PlacedAsync(), filter = await NativeProgram.BuildAsync("placement/refuse_ptrace.c");
        Command launch = Command.Launcher("--monotonic-at=12345s", "--", program, "clocks");
        await RefusesAsync(
            Command.Of(filter, [$"1:{call}", launch.File, .. launch.Arguments]), $"{program}: {NotPlaced}{reason}{Instead}");
    }

    // The number of the launcher may be that of a stranger in a new PID namespace. Without /proc the launcher cannot see the namespace.
    [Fact(Timeout = Limits.Test)]
    public async Task Tracer_of_another_PID_namespace_traces_nothing()
    {
        Needs.Root();
        string program = await GoPrograms.PlacedAsync();
        Command launch = Command.Launcher("--monotonic-at=12345s", "--", program, "clocks");
        Command inside = Command.Of(
            Needs.Tool("unshare"),
            ["--mount", "sh", "-c", "mount -t tmpfs none /proc && exec unshare --pid \"$@\"", "sh", launch.File, .. launch.Arguments]);
        Result result = await inside.RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Contains("; use unshare with --fork", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Auto_takes_a_time_namespace_if_the_library_is_missing()
    {
        await Needs.TimeNamespaceByExecAsync();
        using TemporaryDirectory directory = new();
        string launcher = directory.Copy(Paths.Launcher), program = await GoPrograms.PlacedAsync();
        Result result = await Command.Of(launcher, "--backend=auto", "--monotonic-at=12345s", "--", program, "clocks").RunAsync();
        Limits.AssertJustAfter(12345, result.Succeeded().Number("raw"));
        Result check = (await Command.Of(launcher, "--check", "--backend=auto", "--", program).RunAsync()).Succeeded();
        Assert.StartsWith("backend: time namespace", check.Lines[^2], StringComparison.Ordinal);
        Assert.Equal($"{program} can be shifted", check.Lines[^1]);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Auto_takes_a_time_namespace_instead()
    {
        await Needs.TimeNamespaceByExecAsync();
        string program = await GoPrograms.PlacedAsync(), filter = await NativeProgram.BuildAsync("placement/refuse_ptrace.c");
        Result result = await Command.Of(filter, "1", Paths.Launcher, "--backend=auto", "--monotonic-at=12345s", "--", program, "clocks").RunAsync();
        Limits.AssertJustAfter(12345, result.Succeeded().Number("raw"));
        Result date = await Command.Of(filter, "1", Paths.Launcher, "--backend=auto", "--realtime-at=2031-03-03", "--", program, "clocks").RunAsync();
        Assert.Equal(125, date.ExitCode);
        Assert.Contains("; and there is no time namespace: --realtime-at: ", Assert.Single(date.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Force_runs_it_on_the_hosts_clocks_with_a_warning()
    {
        string program = await GoPrograms.PlacedAsync(), filter = await NativeProgram.BuildAsync("placement/refuse_ptrace.c");
        Result result = (await Command.Of(filter, "1", Paths.Launcher, "--force", "--realtime-at=2031-03-03", "--", program, "clocks").RunAsync()).Succeeded();
        Assert.InRange(result.Number("date"), HostClock.Realtime() - 60, HostClock.Realtime() + 1);
        Assert.EndsWith("; it runs on the host's clocks", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.StartsWith($"virttime-run: warning: {program}: {NotPlaced}", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Other_static_program_needs_force()
    {
        using Targets targets = new();
        string program = await targets.LinkedAsync("program", "-static");
        await RefusesAsync(
            Command.Launcher("--backend=place", "--", program),
            $"{program}: is a static program that is not recognised as Go: its clocks would be virtual, but its absolute waits would go to the kernel unchanged, and hang or "
                + "end early; use --backend namespace, link it dynamically, or give --force");
    }

    // UPX writes a checksum and its mark behind the program headers.
    [Fact(Timeout = Limits.Test)]
    public async Task Packed_program_is_named()
    {
        using Targets targets = new();
        string program = await targets.LinkedAsync("program", "-static");
        byte[] image = await File.ReadAllBytesAsync(program, TestContext.Current.CancellationToken);
        int headers = 64 + (56 * image[56]);
        "UPX!"u8.CopyTo(image.AsSpan(headers + sizeof(uint)));
        await File.WriteAllBytesAsync(program, image, TestContext.Current.CancellationToken);
        await RefusesAsync(
            Command.Launcher("--monotonic-at=12345s", "--", program),
            $"{program}: is packed by UPX, which hides whether it is a Go program; unpack it with upx -d, or give --force to run it on the host's clocks");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Dynamic_program_is_not_placed_into()
    {
        using Targets targets = new();
        string program = await targets.DynamicAsync();
        await RefusesAsync(
            Command.Launcher("--backend=place", "--", program), $"{program}: is not static, so its loader loads the library; omit --backend place");
    }

    // The launcher traces its own exec only.
    [Fact(Timeout = Limits.Test)]
    public async Task Program_that_another_one_executes_is_refused()
    {
        string program = await GoPrograms.PlacedAsync();
        await RefusesAsync(
            Command.Launcher("--monotonic-at=12345s", "--", Needs.Tool("env"), program, "clocks"),
            $"{program}: is a static Go program, into which the library is placed only if virttime-run executes it directly; give it as the command, or build "
                + "it with CGO_ENABLED=1 and a cgo import, or -linkmode=external, or give --force to run it on the host's clocks");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_cannot_be_read_is_refused()
    {
        using OrdinaryUser user = new();
        string program = user.Copy(await GoPrograms.PlacedAsync());
        File.SetUnixFileMode(program, (UnixFileMode)0b111_001_001);
        Result result = await user.Launch("--backend=place", "--", program, "clocks").RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.EndsWith("the library is placed only into a file that virttime-run can read", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    // The exec fails after the tracer has been started, and the launcher reports it as without a tracer.
    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exec_that_fails_is_reported(bool isBlocking)
    {
        using TemporaryDirectory directory = new();
        string program = directory.Copy(await GoPrograms.PlacedAsync());
        await using FileStream writer = new(program, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        Command launch = Command.Launcher("--monotonic-at=12345s", "--", program, "clocks");
        if (isBlocking)
            launch = Command.Of(await NativeProgram.BuildAsync("placement/block_signals.c"), [launch.File, .. launch.Arguments]);
        Result result = await launch.RunAsync();
        Assert.Equal((126, $"virttime-run: {program}: text file busy"), (result.ExitCode, Assert.Single(result.ErrorLines)));
    }

    private static async Task RefusesAsync(Command launch, string message)
    {
        Result result = await launch.RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Equal("virttime-run: " + message, Assert.Single(result.ErrorLines));
    }
}
