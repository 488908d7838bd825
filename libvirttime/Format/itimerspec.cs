namespace VirtTime.Format;

/// <summary><c>struct itimerspec</c> of <c>&lt;time.h&gt;</c>.</summary>
internal struct itimerspec
{
    /// <summary>The period; a duration on every clock, so never converted.</summary>
    public timespec it_interval;

    /// <summary>The first expiry; <c>{0, 0}</c> disarms.</summary>
    public timespec it_value;
}
