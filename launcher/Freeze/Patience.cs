using System.Diagnostics;

namespace VirtTime.Freeze;

/// <summary>How long something is waited for.</summary>
/// <remarks>
/// Time alone would be the wrong measure: where the launcher itself gets no processor for a second, or is stopped by a signal, it has waited for nothing. So it has
/// to have looked some times as well.
/// </remarks>
internal sealed class Patience
{
    private const int FewestLooks = 20;
    private const int FewestForMoment = 5;

    // Ordinary calls are interrupted at once. A disk may take its time.
    private static readonly TimeSpan s_ordinary = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private readonly long _begin = Stopwatch.GetTimestamp();
    private long _progress = Stopwatch.GetTimestamp();

    /// <summary>How often it was looked for, since the last progress.</summary>
    public int Looks { get; set; }

    public TimeSpan Whole => Stopwatch.GetElapsedTime(_begin);

    public bool IsOrdinaryOver => Stopwatch.GetElapsedTime(_progress) > s_ordinary;

    public bool IsMomentOver => Looks >= FewestForMoment && Stopwatch.GetElapsedTime(_progress) > s_moment;

    public bool IsOver => Looks >= FewestLooks && Stopwatch.GetElapsedTime(_progress) > s_patience;

    /// <summary>Five seconds, and there has been progress or not.</summary>
    public bool IsExhausted => Whole > s_longest && Looks >= FewestLooks;

    /// <summary>There is progress.</summary>
    public void Renew()
    {
        _progress = Stopwatch.GetTimestamp();
        Looks = 0;
    }
}
