using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Freezing;

/// <summary>A launcher that sees the <c>/proc</c> of another PID namespace, so that an id there belongs to another process.</summary>
public class ForeignProcTests
{
    private const string Reason = "/proc belongs to another PID namespace";

    [Theory(Timeout = Limits.Test)]
    [InlineData("--advance", "1h")]
    [InlineData("--monotonic-at", "5s")]
    public async Task Clock_of_a_running_program_is_not_moved(params string[] move)
    {
        Needs.Root();
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        decimal before = (await StateJson.OfAsync("--config", conf)).Offset();
        Moving.AssertRefused(await InNamespace("--config", conf, move[0], move[1]).RunAsync(), Reason, "--mount-proc", "--no-freeze");
        Assert.Equal(before, (await StateJson.OfAsync("--config", conf)).Offset());
        (await InNamespace("--config", conf, move[0], move[1], "--no-freeze").RunAsync()).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_ids_are_refused()
    {
        Needs.Root();
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s");
        string[][] forms = [["--list"], ["--pid", $"{waiting.Thread}"], ["--pid", $"{waiting.Thread}", "--advance", "1h"]];
        foreach (string[] form in forms)
            Moving.AssertRefused(await InNamespace(form).RunAsync(), Reason);
    }

    // The script makes the launcher's id in its own namespace equal to the id that this /proc shows for it.
    [Fact(Timeout = Limits.Test)]
    public async Task Number_that_happens_to_be_the_same_makes_no_difference()
    {
        Needs.Root();
        const string Same = """
            outer=$(cut -d ' ' -f 4 /proc/self/stat)
            for i in 1 2 3 4 5 6 7 8 9 10; do
                echo $((outer + i)) >/proc/sys/kernel/ns_last_pid
                "$0" --list 2>>/dev/null && exit 1
            done
            exit 0
            """;
        Command command = Command.Of(Needs.Tool("unshare"), "--pid", "--fork", "--kill-child", "sh", "-c", Same, Paths.Launcher);
        Assert.Equal((0, ""), ((await command.RunAsync()).ExitCode, (await command.RunAsync()).Output));
    }

    private static Command InNamespace(params string[] options) =>
        Command.Of(Needs.Tool("unshare"), ["--pid", "--fork", "--kill-child", Paths.Launcher, .. options]);
}
