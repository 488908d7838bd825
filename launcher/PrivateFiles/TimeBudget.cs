using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.PrivateFiles;

/// <summary>
/// The processor time of this thread that some work may take. On a busy machine, the time of other programs does not count.
/// </summary>
internal readonly struct TimeBudget(double microseconds)
{
    private readonly double _end = Now + microseconds;

    public bool IsUsedUp => Now >= _end;

    /// <summary>The processor time of this thread so far, in microseconds.</summary>
    public static double Now
    {
        get
        {
            SystemCalls.clock_gettime(SystemCalls.CLOCK_THREAD_CPUTIME_ID, out timespec time);
            return (time.tv_sec * 1e6) + (time.tv_nsec / 1e3);
        }
    }
}
