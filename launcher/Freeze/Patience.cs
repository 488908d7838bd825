using System.Diagnostics;

namespace VirtTime.Freeze;

/// <summary>Measures how long the launcher has waited for something.</summary>
/// <remarks>
/// Time alone is not enough: if the launcher itself gets no processor, or is stopped by a signal, time passes although it has not looked. So each
/// limit after which the launcher gives up needs a number of looks too.
/// </remarks>
internal sealed class Patience
{
    private const int FewestLooks = 20;
    private const int FewestForMoment = 5;

    // s_ordinary: most calls are interrupted within this time. s_moment: how long a thread may be refused while it ends or execs. s_patience: for a call
    // that waits for a disk. s_launcher: how long another launcher may trace a thread. s_longest: for everything together.
    private static readonly TimeSpan s_ordinary = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_launcher = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private readonly long _begin = Stopwatch.GetTimestamp();
    private long _progress = Stopwatch.GetTimestamp();

    /// <summary>The number of looks since the last progress.</summary>
    public int Looks { get; set; }

    public TimeSpan Whole => Stopwatch.GetElapsedTime(_begin);

    public bool IsOrdinaryOver => Stopwatch.GetElapsedTime(_progress) > s_ordinary;

    public bool IsMomentOver => Looks >= FewestForMoment && Stopwatch.GetElapsedTime(_progress) > s_moment;

    /// <summary>Whether another launcher has traced a thread for too long, with progress or without.</summary>
    public bool IsOverForLauncher => Whole > s_launcher;

    public bool IsOver => Looks >= FewestLooks && Stopwatch.GetElapsedTime(_progress) > s_patience;

    /// <summary>Whether five seconds have passed since the beginning, with progress or without.</summary>
    public bool IsExhausted => Whole > s_longest && Looks >= FewestLooks;

    /// <summary>Notes progress: time and looks are counted from now on.</summary>
    public void Renew()
    {
        _progress = Stopwatch.GetTimestamp();
        Looks = 0;
    }
}
