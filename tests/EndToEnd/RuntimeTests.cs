using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>Language runtimes under the launcher: each reads the virtual clock and waits for the requested time.</summary>
public class RuntimeTests
{
    private static readonly string[] s_clocks =
    [
        "--monotonic-at 12345s",
        "--monotonic-at 5s",
        "--monotonic-offset -30s",
        "--monotonic-offset +3650d",
    ];

    public static TheoryData<string, string> RuntimesAndClocks()
    {
        TheoryData<string, string> data = [];
        foreach (string runtime in Runtimes.All)
        {
            foreach (string clock in s_clocks)
                data.Add(runtime, clock);
        }

        return data;
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(RuntimesAndClocks))]
    public async Task Clock_is_virtual_and_waits_take_their_time(string runtime, string clock)
    {
        (Command probe, string[] waits) = await Runtimes.ProbeAsync(runtime);
        decimal before = HostClock.Monotonic();
        Result result = (await Command.Launcher([.. clock.Split(' '), "--", probe.File, .. probe.Arguments]).RunAsync()).Succeeded();
        decimal after = HostClock.Monotonic();

        (decimal earliest, decimal latest) = ExpectedReading(clock, before, after);
        Assert.InRange(result.Number("clock"), earliest, latest);
        AssertWaits(waits, result);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(AllRuntimes))]
    public async Task Probe_itself_works_on_the_hosts_clocks(string runtime)
    {
        (Command probe, string[] waits) = await Runtimes.ProbeAsync(runtime);
        AssertWaits(waits, (await probe.RunAsync()).Succeeded());
    }

    public static TheoryData<string> AllRuntimes() => [.. Runtimes.All];

    private static (decimal Earliest, decimal Latest) ExpectedReading(string clock, decimal before, decimal after) => clock switch
    {
        "--monotonic-offset -30s" => (before - 30, after - 30),
        "--monotonic-offset +3650d" => (before + (3650 * 86400), after + (3650 * 86400)),
        "--monotonic-at 5s" => (5, 5 + after - before),
        _ => (12345, 12345 + after - before),
    };

    internal static void AssertWaits(string[] expected, Result result)
    {
        string[][] waits = [.. result.Lines.Where(line => line.StartsWith("wait ", StringComparison.Ordinal)).Select(line => line.Split(' '))];
        Assert.Equal(expected, waits.Select(wait => wait[1]));
        foreach (string measured in waits.SelectMany(wait => wait[2..]))
            Limits.AssertWaited300(decimal.Parse(measured, CultureInfo.InvariantCulture));
    }
}
