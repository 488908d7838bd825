using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A system call of the launcher, and its number among the calls of that name.</summary>
internal readonly record struct Step(string Call, int Number);

/// <summary>Runs the launcher under <c>strace</c>, which can kill or delay it before each of its steps.</summary>
internal static partial class Tracing
{
    // The .NET runtime makes these calls, and their number differs from run to run.
    private static readonly string[] s_passedOver = ["futex", "madvise", "mprotect"];

    /// <summary>Returns the steps from the first that names <paramref name="path"/> to the exec of the target.</summary>
    public static async Task<IReadOnlyList<Step>> StepsAsync(Command launcher, string path)
    {
        using TemporaryDirectory directory = new();
        string trace = directory.File("trace");
        Result result = await Under(launcher, "-s", "4096", "-o", trace).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs to trace programs: " + result.Error.Trim());

        Dictionary<string, int> counts = [];
        List<Step> steps = [];
        Match[] calls = [.. (await File.ReadAllLinesAsync(trace)).Select(line => CallPattern().Match(line)).Where(match => match.Success)];
        foreach (Match match in calls.Where(match => match.Groups["thread"].Value == calls[0].Groups["thread"].Value))
        {
            string call = match.Groups["call"].Value;
            counts[call] = counts.GetValueOrDefault(call) + 1;
            bool isExec = call == "execve";
            bool isNamed = !isExec && match.Groups["rest"].Value.Contains('"' + path, StringComparison.Ordinal);
            if ((steps.Count > 0 || isNamed) && !s_passedOver.Contains(call))
                steps.Add(new Step(call, counts[call]));
            if (isExec && steps.Count > 0)
                return steps;
        }

        Assert.Fail($"{launcher} ran no target, or never used {path}");
        return steps;
    }

    /// <summary>Kills the launcher when it is about to make the call. The call is not made.</summary>
    /// <returns>Whether the launcher got as far as this call.</returns>
    public static async Task<bool> KillAsync(Command launcher, Step step) =>
        (await Injecting(launcher, step, "signal=KILL").RunAsync()).ExitCode == Command.Killed;

    /// <summary>Returns a command that makes the launcher wait before the call.</summary>
    public static Command Delaying(Command launcher, Step step, TimeSpan delay) =>
        Injecting(launcher, step, $"delay_enter={(long)delay.TotalMicroseconds}");

    private static Command Injecting(Command launcher, Step step, string what) =>
        Under(launcher, "-o", "/dev/null", "-e", $"trace={step.Call}", "-e", $"inject={step.Call}:{what}:when={step.Number}");

    private static Command Under(Command launcher, params string[] options) =>
        launcher with { File = Needs.Tool("strace"), Arguments = ["-f", .. options, launcher.File, .. launcher.Arguments] };

    [GeneratedRegex(@"^(?<thread>\d+) +(?<call>\w+)\((?<rest>.*)")]
    private static partial Regex CallPattern();
}
