using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>By how much <c>CLOCK_REALTIME</c> is ahead of each host clock; a probe judges its readings by that.</summary>
internal static class ReferenceClocks
{
    // Clock ids; at the end of the list, what times(2) counts.
    private static readonly int[] s_monotonic = [1, 4, 6];
    private static readonly int[] s_boottime = [7, 9];
    private const int Ticks = 12;
    private const long Second = 1_000_000_000;

    private static readonly Lazy<Task<long[]>> s_host = new(ReadAsync);

    /// <summary>The value of PROBE_EXPECTED for a probe that is run in this way.</summary>
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

        // A time namespace leaves the ticks as they are.
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
