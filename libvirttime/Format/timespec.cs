namespace VirtTime.Format;

/// <summary><c>struct timespec</c> of <c>&lt;time.h&gt;</c> on a 64-bit system.</summary>
/// <remarks>Valid if <c>0 ≤ tv_nsec &lt; 1000000000</c>, also for negative times: −1.5 s is <c>{-2, 500000000}</c>.</remarks>
public struct timespec
{
    /// <summary>Seconds.</summary>
    public long tv_sec;

    /// <summary>Nanoseconds within the second, counted upwards.</summary>
    public long tv_nsec;
}
