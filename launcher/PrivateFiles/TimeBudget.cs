using System.Diagnostics;

namespace VirtTime.PrivateFiles;

/// <summary>A time that some work may take; what does not fit is left.</summary>
internal readonly struct TimeBudget(double microseconds)
{
    private readonly long _end = Stopwatch.GetTimestamp() + (long)(microseconds * Stopwatch.Frequency / 1_000_000);

    public bool IsUsedUp => Stopwatch.GetTimestamp() >= _end;
}
