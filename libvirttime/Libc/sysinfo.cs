namespace VirtTime.Libc;

/// <summary><c>struct sysinfo</c> of <c>&lt;sys/sysinfo.h&gt;</c>, 64 bit.</summary>
internal unsafe struct sysinfo
{
    /// <summary>In seconds, rounded up.</summary>
    public long uptime;

    private fixed long _rest[13];
}
