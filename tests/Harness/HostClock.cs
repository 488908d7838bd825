using System.Diagnostics;

namespace VirtTime.Tests.Harness;

/// <summary>The host's clocks, read by the test process.</summary>
internal static class HostClock
{
    /// <summary><c>CLOCK_MONOTONIC</c> in seconds. On Linux, <see cref="Stopwatch"/> reads that clock.</summary>
    public static decimal Monotonic() => (decimal)Stopwatch.GetTimestamp() / Stopwatch.Frequency;

    /// <summary><c>CLOCK_REALTIME</c> in seconds since 1970, to 100 ns.</summary>
    public static decimal Realtime() => (decimal)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
}
