namespace VirtTime.Libc;

/// <summary>The start of <c>struct sysinfo</c> of <c>&lt;sys/sysinfo.h&gt;</c>.</summary>
internal struct sysinfo
{
    /// <summary>Seconds since boot, rounded up.</summary>
    public long uptime;
}
