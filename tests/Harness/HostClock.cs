using System.Diagnostics;

namespace VirtTime.Tests.Harness;

/// <summary>The host's clocks, as the tests themselves see them.</summary>
internal static class HostClock
{
    /// <summary><c>CLOCK_MONOTONIC</c> in seconds, which is what <see cref="Stopwatch"/> counts on Linux.</summary>
    public static decimal Monotonic() => (decimal)Stopwatch.GetTimestamp() / Stopwatch.Frequency;

    /// <summary><c>CLOCK_REALTIME</c> in seconds since 1970, to 100 ns.</summary>
    public static decimal Realtime() => (decimal)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
}
