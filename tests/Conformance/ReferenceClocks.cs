using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>How far <c>CLOCK_REALTIME</c> is ahead of each host clock. A probe compares its readings with these values.</summary>
internal static class ReferenceClocks
{
    // Clock ids. Index 12 of the list is the clock that times(2) counts.
    private static readonly int[] s_monotonic = [1, 4, 6];
    private static readonly int[] s_boottime = [7, 9];
    private const int Ticks = 12;
    private const long Second = 1_000_000_000;

    private static readonly Lazy<Task<long[]>> s_host = new(ReadAsync);

    /// <summary>Returns the value of PROBE_EXPECTED for a probe that runs in this way.</summary>
    public static async Task<string> ExpectedAsync(Way way, Shift shift)
    {
        long[] ahead = [.. await s_host.Value];
        if (way != Way.Native)
        {
            foreach (int clock in s_monotonic)
                ahead[clock] -= shift.Monotonic * Second;
            foreach (int clock in s_boottime)
                ahead[clock] -= shift.Boottime * Second;
        }

        if (way != Way.Native && shift.Realtime is { } realtime)
        {
            foreach (int clock in (int[])[.. s_monotonic, .. s_boottime, Ticks])
                ahead[clock] += realtime * Second;
        }

        // A time namespace does not shift the ticks that times(2) returns.
        if (way is Way.VirtTime or Way.Launcher)
            ahead[Ticks] -= shift.Monotonic * Second;
        return string.Join(',', ahead);
    }

    private static async Task<long[]> ReadAsync()
    {
        Result result = await Command.Of(await NativeProgram.BuildAsync("conformance/probe_reads.c")).RunAsync();
        return [.. result.Succeeded().Output.Split(',').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
    }
}
