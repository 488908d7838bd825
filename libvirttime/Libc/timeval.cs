namespace VirtTime.Libc;

/// <summary><c>struct timeval</c>: seconds and microseconds.</summary>
internal struct timeval
{
    public long tv_sec;
    public long tv_usec;
}
