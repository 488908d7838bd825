namespace VirtTime.Libc;

/// <summary><c>struct timex</c> of <c>&lt;sys/timex.h&gt;</c>, 64 bit.</summary>
internal unsafe struct timex
{
    /// <summary>The values to set; 0 to read only.</summary>
    public uint modes;
    private fixed int _offsets[9];
    public int status;
    private fixed int _constants[7];

    /// <summary>The current time; with <see cref="STA_NANO"/>, the second word is nanoseconds.</summary>
    public timeval time;

    private fixed long _rest[15];

    /// <summary>Value of <see cref="modes"/> with which <c>adjtime(3)</c> reads the remaining adjustment.</summary>
    public const uint ADJ_OFFSET_SS_READ = 0xa001;

    /// <summary>Bit of <see cref="status"/>.</summary>
    public const int STA_NANO = 0x2000;
}
