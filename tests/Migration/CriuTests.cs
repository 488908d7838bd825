using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Migration;

/// <summary>CRIU itself, with the action script. Skips if CRIU does not work, as in most containers.</summary>
public class CriuTests
{
    // The difference between the clocks of the two hosts, in seconds.
    private const int Apart = 30 * 86_400;
    private const decimal Start = 5_000_000;

    [Theory(Timeout = Limits.Test)]
    [InlineData("--leave-stopped")]
    [InlineData("--leave-running")]
    public async Task Wait_takes_its_time_however_often_it_is_restored(string leave)
    {
        await NeedsCriuAsync();
        using TemporaryDirectory directory = new();
        await RunAsync(directory, $$"""
            "$run" --monotonic-at {{Start}} --config "$PWD/conf" -- "$wait" <"$null" >log 2>&1 &
            pid=$!
            sleep 1
            criu dump --tree $pid {{leave}}
            [ "$1" != --leave-running ] || sleep 1.5
            size=$(stat -c %s log)
            kill -9 $pid
            wait $pid || true
            for i in 1 2; do
                # Another host, where what lies in the file is worth nothing, or was changed by the program that ran on.
                "$run" --config "$PWD/conf" --monotonic-offset +{{Apart}}s
                truncate -s $size log
                criu restore --restore-detached
                while kill -0 $pid 2>/dev/null; do sleep 0.1; done
                tail -n 1 log >>said
            done
            """, leave);
        decimal[] ends = [.. File.ReadAllLines(directory.File("said")).Select(line => decimal.Parse(line, CultureInfo.InvariantCulture))];
        Assert.Equal(2, ends.Length);
        Assert.All(ends, end => Assert.InRange(end, Start + 3, Start + 10));
    }

    private static async Task RunAsync(TemporaryDirectory directory, string script, string argument)
    {
        const string Functions = """
            null=/dev/null; run=$2; wait=$3; action=$4; export VIRTTIME_RUN=$run VIRTTIME_CRIU_CONFIG=$PWD/conf; mkdir images
            criu() { command criu "$@" --images-dir images --shell-job --action-script "$action" -v0; }

            """;
        string wait = await NativeProgram.BuildAsync("product/wait_once.c");
        string action = Path.Combine(Paths.Root, "scripts", "criu-action.sh");
        string[] arguments = [argument, Paths.Launcher, wait, action];
        Command command = Command.Of("setsid", ["--wait", "sh", "-euc", Functions + script, "sh", .. arguments]);
        (await (command with { WorkingDirectory = directory.Path, Limit = TimeSpan.FromSeconds(90) }).RunAsync()).Succeeded();
    }

    private static async Task NeedsCriuAsync()
    {
        Needs.Root();
        Needs.Tool("criu");
        using TemporaryDirectory directory = new();
        const string Try = "mkdir i; setsid sleep 9 <>/dev/null >&0 2>&0 & sleep 0.2; criu dump --tree $! --images-dir i --shell-job";
        Result result = await (Command.Of("sh", "-c", Try) with { WorkingDirectory = directory.Path }).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "criu cannot dump here: " + (result.ErrorLines.Count > 0 ? result.ErrorLines[^1] : "no reason given"));
    }
}
