using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Commands in a time namespace that the launcher makes, run as root and as other users.</summary>
public class NamespaceTests
{
    private const string Offsets = "/proc/self/timens_offsets";

    public static TheoryData<string> Users() => NamespaceUser.All();

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Users))]
    public async Task Static_program_sees_the_clock(string who)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(who);
        string program = await user.StaticAsync();
        Result result = (await user.Launch("--backend", "namespace", "--monotonic-at", "12345s", "--", program).RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, result.Number("clock"));

        // Only these two users need a user namespace, in which privileges over the machine no longer count.
        if (who is NamespaceUser.RootWithoutAdmin or NamespaceUser.RootWithoutTime)
            Assert.Matches(@"warning: --backend: the command's privileges \(\d+ capabilities\) have no effect", Assert.Single(result.ErrorLines));
        else
            Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Static_Go_program_sees_the_clock()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        using Targets targets = new();
        string program = user.Copy(await targets.GoAsync("static_clock.go", cgo: false));
        Result result = (await user.Launch("--backend=namespace", "--monotonic-at", "12345s", "--", program).RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Busybox_sees_the_clock()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string busybox = user.Copy(Needs.Tool("busybox"));
        Result result = (await user.Launch("--backend=auto", "--boottime-at", "12345s", "--", "env", "-i", busybox, "cat", "/proc/uptime").RunAsync())
            .Succeeded();
        Limits.AssertJustAfter(12345, decimal.Parse(result.Output.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    // The kernel shows an offset as seconds and a non-negative number of nanoseconds to be added.
    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-offset=+400d1ns", "monotonic 34560000 1", "boottime 34560000 1")]
    [InlineData("--monotonic-offset=-1.5s", "monotonic -2 500000000", "boottime -2 500000000")]
    [InlineData("--monotonic-offset=-1ns --boottime-offset=+1d", "monotonic -1 999999999", "boottime 86400 0")]
    [InlineData("--boottime-offset=+1d", "monotonic 0 0", "boottime 86400 0")]
    [InlineData("--monotonic-offset=+1s --boottime-offset=monotonic", "monotonic 1 0", "boottime 1 0")]
    public async Task Offsets_are_exact(string options, params string[] expected)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        Assert.Equal(expected, await OffsetsAsync(user.Launch(["--backend", "namespace", .. options.Split(' '), "--", "cat", Offsets])));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at=5s", 5, 5)]
    [InlineData("--boottime-at=1000d --monotonic-at=0", 0, 86_400_000)]
    [InlineData("--monotonic-since=2020-01-01Z --boottime-at=7", null, 7)]
    [InlineData("-v", 0, 0)]
    public async Task Clocks_are_as_under_the_interposer(string options, int? monotonic, int boottime)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string probe = user.Copy(await NativeProgram.BuildAsync("launcher/two_clocks.c"));
        long since = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        Result result = (await user.Launch(["--backend", "namespace", .. options.Split(' '), "--", probe]).RunAsync()).Succeeded();
        Limits.AssertJustAfter(monotonic ?? since, result.Number("monotonic"));

        // Without an option of its own, the boottime clock has the monotonic clock's offset. On a machine that was suspended it reads more.
        decimal asleep = options.Contains("boottime", StringComparison.Ordinal) ? 0 : await AsleepAsync(probe);
        Limits.AssertJustAfter(boottime + asleep, result.Number("boottime"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Children_stay_in_it_whatever_their_environment()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string program = await user.StaticAsync();
        Command command = user.Launch("--backend", "namespace", "--monotonic-at", "12345s", "--", "sh", "-c", $"env -i {program}; exit 7");
        Result result = await command.RunAsync();
        Assert.Equal(7, result.ExitCode);
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Users))]
    public async Task User_and_process_stay_the_same(string who)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(who);
        const string Script = "echo $$; exec \"$0\" \"$@\"";
        const string Target = "echo $$ $(id -u) $(id -g)";
        Command command = user.Run("sh", "-c", Script, user.Launcher, "--backend", "namespace", "--", "sh", "-c", Target);
        Result result = (await command.RunAsync()).Succeeded();
        string ids = who == NamespaceUser.Other ? $"{NamespaceUser.Id} {NamespaceUser.GroupId}" : "0 0";
        Assert.Equal($"{result.Lines[0]} {ids}", result.Lines[1]);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Users))]
    public async Task Offsets_are_from_the_clocks_of_an_outer_time_namespace(string who)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(who);
        string[] options = ["--backend", "namespace", "--monotonic-offset=-0.25s", "--boottime-offset=+5s", "--", "cat", Offsets];
        Command inner = user.Launch(options);
        string[] unshare = ["--time", "--monotonic", "1000000", "--boottime", "2000000"];
        Command outer = Command.Of("unshare", [.. unshare, inner.File, .. inner.Arguments]);
        Assert.Equal(["monotonic 999999 750000000", "boottime 2000005 0"], await OffsetsAsync(outer));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Users))]
    public async Task One_made_inside_another_counts_from_its_clocks(string who)
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(who);
        string[] inner = [user.Launcher, "--backend", "namespace", "--monotonic-offset=+1d", "--", "cat", Offsets];
        Command command = user.Launch(["--backend", "namespace", "--monotonic-offset=+100d", "--", .. inner]);
        Assert.Equal(["monotonic 8726400 0", "boottime 8726400 0"], await OffsetsAsync(command));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Outer_interposer_is_left_behind()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        string program = await user.DynamicAsync();
        string[] print = ["sh", "-c", "echo preload=$LD_PRELOAD; echo config=$VIRT_TIME_CONF; exec \"$0\"", program];
        string[] inner = [user.Launcher, "--backend", "namespace", "--monotonic-at=5", "--", .. print];
        string[] outer = ["--monotonic-at=1000000d", "--", .. inner];
        Command command = user.Launch(outer);
        Result alone = (await command.RunAsync()).Succeeded();
        Assert.Equal("", alone.Value("preload"));
        Assert.Equal("", alone.Value("config"));
        Limits.AssertJustAfter(5, alone.Number("clock"));

        // Other preloaded libraries are kept.
        string library = user.Copy(await NativeProgram.BuildLibraryAsync("small_library.c"));
        Result beside = (await user.Run(["env", "LD_PRELOAD=" + library, user.Launcher, .. outer]).RunAsync()).Succeeded();
        Assert.Equal(library, beside.Value("preload"));
        Limits.AssertJustAfter(5, beside.Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Exit_statuses_are_those_of_env()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        Assert.Equal(127, (await user.Launch("--backend", "namespace", "--", "/no/such").RunAsync()).ExitCode);
        Assert.Equal(126, (await user.Launch("--backend", "namespace", "--", "/").RunAsync()).ExitCode);
        Assert.Equal(3, (await user.Launch("--backend", "namespace", "--", "sh", "-c", "exit 3").RunAsync()).ExitCode);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Diagnostics_name_it()
    {
        using NamespaceUser user = await NamespaceUser.OfAsync(NamespaceUser.Other);
        Result result = (await user.Launch("-v", "--backend", "namespace", "--", "true").RunAsync()).Succeeded();
        Assert.EndsWith("in a time namespace and a user namespace", result.ErrorLines[^1], StringComparison.Ordinal);
    }

    private static async Task<string[]> OffsetsAsync(Command command) =>
        [.. (await command.RunAsync()).Succeeded().Lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

    private static async Task<decimal> AsleepAsync(string probe)
    {
        Result host = (await Command.Of(probe).RunAsync()).Succeeded();
        return Math.Floor(host.Number("boottime") - host.Number("monotonic"));
    }
}
