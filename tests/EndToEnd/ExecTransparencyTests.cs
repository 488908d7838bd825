using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>The target inherits the same as from <c>env</c>, except for the launcher's own variables.</summary>
public class ExecTransparencyTests
{
    public static TheoryData<string> OddStarts() =>
    [
        "plain",
        "ignore:1",
        "ignore:2 ignore:3",
        "ignore:13",
        "block:1 block:10 block:13 block:64",
        "block:34",
        "pending:12",
        "nofile:64:100",
        "nofile:64:64",
        "nofile:10:10",
        "core stack",
        "close:0",
        "close:1",
        "close:2",
        "close:0 close:1 close:2",
        "open:3 open:9 open:200",
        "nonblocking:0",
        "umask:077",
        "deleted-directory",
        "alarm",
        "scheduling",
        "personality",
        "bytes",
        "not-a-variable",
    ];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(OddStarts))]
    public async Task Target_inherits_what_env_would_have_left(string oddities) =>
        Assert.Equal(await ReportAsync(oddities, "env"), await ReportAsync(oddities, [.. Launch, "--"]));

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(OddStarts))]
    public async Task Target_in_a_time_namespace_inherits_the_same(string oddities)
    {
        await Needs.TimeNamespaceByExecAsync();
        Assert.Equal(await ReportAsync(oddities, "env"), await ReportAsync(oddities, [.. LaunchNamespace, "--"]));
    }

    // Like an ordinary user, root without the privilege for a time namespace needs a user namespace.
    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(OddStarts))]
    public async Task Target_in_a_user_namespace_inherits_the_same(string oddities)
    {
        await Needs.TimeNamespaceByExecAsync();
        string[] drop = ["setpriv", "--bounding-set=-sys_admin"];
        Assert.Equal(await ReportAsync(oddities, drop, ["env"]), await ReportAsync(oddities, drop, [.. LaunchNamespace, "--"]));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Terminal_settings_are_left_alone()
    {
        string terminal = await NativeProgram.BuildAsync("on_terminal.c", "-lutil");
        string[] expected = await ReportAsync("terminal", [terminal], ["env"]);
        Assert.Contains(expected, line => line.StartsWith("terminal character", StringComparison.Ordinal));
        Assert.Equal(expected, await ReportAsync("terminal", [terminal], [.. Launch, "--"]));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Target_gets_the_launchers_two_variables_and_no_other()
    {
        string[] without = await RawReportAsync("plain", [], ["env"]);
        string[] with = await RawReportAsync("plain", [], [.. Launch, "--"]);
        Assert.Equal(["LD_PRELOAD", "VIRT_TIME_CONF"], Variables(with).Except(Variables(without)));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Target_in_a_time_namespace_gets_one_that_keeps_the_interposer_out()
    {
        await Needs.TimeNamespaceByExecAsync();
        string[] without = await RawReportAsync("plain", [], ["env"]);
        string[] with = await RawReportAsync("plain", [], [.. LaunchNamespace, "--"]);
        Assert.Equal(["VIRT_TIME_INHERIT"], Variables(with).Except(Variables(without)));
    }

    private static string[] Launch => [Paths.Launcher, "--monotonic-at", "12345s"];

    private static string[] LaunchNamespace => [.. Launch, "--backend", "namespace"];

    private static Task<string[]> ReportAsync(string oddities, params string[] wrapper) => ReportAsync(oddities, [], wrapper);

    private static async Task<string[]> ReportAsync(string oddities, string[] outer, string[] wrapper) =>
        [.. (await RawReportAsync(oddities, outer, wrapper)).Where(line => !DiffersEachTime(line))];

    private static bool DiffersEachTime(string line) =>
        new[] { "EXPECT_", "EXEC_PROBE_", "LD_PRELOAD=", "VIRT_TIME_CONF=", "VIRT_TIME_INHERIT=" }
            .Any(variable => line.StartsWith("variable " + variable, StringComparison.Ordinal))
        || line.StartsWith("directory /tmp/virttime-odd-", StringComparison.Ordinal);

    private static async Task<string[]> RawReportAsync(string oddities, string[] outer, string[] wrapper)
    {
        string start = await NativeProgram.BuildAsync("end_to_end/odd_start.c");
        string probe = await NativeProgram.BuildAsync("end_to_end/exec_probe.c");
        using TemporaryDirectory directory = new();
        string[] words = [.. outer, start, .. oddities.Split(' '), "--", .. wrapper, probe, "a", "@bytes@", "", "two words"];
        Result result = await Command.Of(words[0], words[1..]).With("EXEC_PROBE_REPORT", directory.File("report")).RunAsync();
        result.Succeeded();
        return await File.ReadAllLinesAsync(directory.File("report"), TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string> Variables(string[] report) =>
        report.Where(line => line.StartsWith("variable ", StringComparison.Ordinal)).Select(line => line["variable ".Length..].Split('=')[0]);
}
