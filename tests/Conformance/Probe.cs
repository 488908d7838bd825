using System.Collections.Concurrent;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>
/// A program of <c>tests/programs/conformance</c>. Each line that it prints is an observation: <c>function/clock/case: what=value</c>.
/// </summary>
internal static class Probe
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string[]>>> s_native = new();

    // In a time namespace whose clock is behind, the largest deadline overflows. Whether such a wait expires at once depends on the clock.
    private static readonly string[] s_overflowingCases = ["/never:", "/released from never:"];

    /// <summary>Fails unless the probe, run in this way, observes the same as on the host's clocks.</summary>
    public static async Task AssertAgreesAsync(string name, Way way, Shift shift)
    {
        string[] native = await s_native.GetOrAdd(name, _ => new(() => ObserveAsync(name, Way.Native, Shift.All[0]))).Value;
        ConformanceTable.Add(Way.Native, Shift.All[0], native, []);
        string[] observed = await ObserveAsync(name, way, shift);
        if (way is Way.Namespace or Way.LauncherNamespace && shift.IsBehind)
            (native, observed) = (WithoutOverflowing(native), WithoutOverflowing(observed));

        string[] missing = [.. native.Except(observed)];
        string[] extra = [.. observed.Except(native)];
        ConformanceTable.Add(way, shift, observed, extra.Concat(missing));
        if (missing.Length + extra.Length > 0)
            Assert.Fail($"{name} ({way}, {shift.Name}) observed\n{string.Join('\n', extra)}\nin place of\n{string.Join('\n', missing)}");
    }

    private static string[] WithoutOverflowing(string[] lines) =>
        [.. lines.Where(line => !s_overflowingCases.Any(name => line.Contains(name, StringComparison.Ordinal)))];

    /// <summary>Returns the lines that a probe prints in this way, with this machine's libc or another one.</summary>
    public static async Task<string[]> ObserveAsync(string name, Way way, Shift shift, Libc? libc = null)
    {
        using ConfigFile config = shift.CreateConfig();
        Command probe = (await CommandAsync(name, libc)).With("PROBE_EXPECTED", await ReferenceClocks.ExpectedAsync(way, shift));
        if (way == Way.VirtTime)
            probe = probe.Under(config);
        if (libc != null)
            probe = libc.Inside(probe);
        Command command = way switch
        {
            Way.Launcher => shift.ByLauncher(probe),
            Way.Namespace => shift.InNamespace(probe),
            Way.LauncherNamespace => shift.ByLauncher(probe, "--backend", "namespace"),
            _ => probe,
        };
        string[] lines = [.. (await command.RunAsync()).Succeeded().Lines];
        Assert.NotEmpty(lines);
        return Numbered(lines);
    }

    private static async Task<Command> CommandAsync(string name, Libc? libc)
    {
        string source = $"conformance/{name}.c";
        string program = await (libc == null ? NativeProgram.BuildAsync(source) : libc.BuildAsync(source));
        Command command = Command.Of(program) with { Limit = TimeSpan.FromSeconds(60) };
        return name == "probe_lookups" ? command with { Arguments = [.. VirtualisedNames.Exported()] } : command;
    }

    // A case may print the same line several times.
    private static string[] Numbered(string[] lines)
    {
        Dictionary<string, int> seen = [];
        return [.. lines.Select(line =>
        {
            string what = line[..line.IndexOf('=', StringComparison.Ordinal)];
            seen[what] = seen.GetValueOrDefault(what) + 1;
            return seen[what] == 1 ? line : $"{what} ({seen[what]}){line[what.Length..]}";
        })];
    }
}
