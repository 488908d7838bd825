using System.Runtime.CompilerServices;
using System.Threading;

namespace VirtTime.Format;

/// <summary>
/// The layout of a config file (versions 1 and 2, native byte order). libvirttime/README.md, "The config file", describes it for other languages.
/// </summary>
/// <remarks>Compiled into the library, the launcher and the tests.</remarks>
public static class ConfigLayout
{
    /// <summary>The largest thread id that Linux assigns, + 1 (<c>PID_MAX_LIMIT</c>).</summary>
    public const int SlotCount = 4194304;

    /// <summary><c>struct timespec ts_offset</c>: host − virtual for the monotonic family.</summary>
    public const long OffsetPosition = 0;

    /// <summary><c>struct timespec per_thread_ts[]</c>: the host deadlines of calls in flight, usually by thread id.</summary>
    public const long SlotsPosition = 16;

    /// <summary>Size of a slot in bytes.</summary>
    public const int SlotSize = 16;

    /// <summary>The end of the C libvirttime's layout.</summary>
    public const long CLayoutEnd = SlotsPosition + ((long)SlotCount * SlotSize);

    /// <summary>The size that fastfreeze insists on: the C layout and one more slot.</summary>
    public const long CFileSize = CLayoutEnd + SlotSize;

    /// <summary>The extension block, page aligned. All zero in files that other tools made.</summary>
    public const long ExtensionPosition = 67112960;

    public const int ExtensionSize = 4096;

    /// <summary><c>uint8_t per_thread_clock[]</c>: the mark of each slot (<see cref="SlotMark"/>).</summary>
    public const long SlotClocksPosition = ExtensionPosition + ExtensionSize;

    /// <summary>The size of a file with all parts.</summary>
    public const long FileSize = SlotClocksPosition + SlotCount;

    /// <summary>The smallest valid file: the offset alone.</summary>
    public const long SmallestFileSize = 16;

    /// <summary>A file that fills one page: the offset, and slots for the smallest thread ids.</summary>
    public const long OnePage = 4096;
}

/// <summary>
/// The block that VirtTime adds after the C layout. A file with a later version or an unknown flag is refused (<see cref="ConfigDefect.Newer"/>).
/// </summary>
public unsafe struct ConfigExtension
{
    /// <summary><c>"VIRTTIME"</c> read as a little-endian integer.</summary>
    public const ulong MagicValue = 0x454D495454524956;

    /// <summary>The version of a file without <see cref="HasRealtimeRate"/>.</summary>
    public const uint CurrentVersion = 1;

    /// <summary>The version of a file with <see cref="HasRealtimeRate"/>, and the newest that is known.</summary>
    public const uint NewestVersion = 2;

    /// <summary><see cref="boottime_offset"/> is in force. Otherwise the boottime family shares <c>ts_offset</c>.</summary>
    public const uint HasBoottimeOffset = 1;

    /// <summary><see cref="realtime_offset"/> is in force. Otherwise the realtime family is the host's.</summary>
    public const uint HasRealtimeOffset = 2;

    /// <summary>The <c>saved_*</c> clocks are valid.</summary>
    public const uint HasSavedClocks = 4;

    /// <summary>
    /// A process keeps, or kept, a deadline outside of the file, where no writer can move it. The library sets the flag by an atomic or; it stays
    /// until a launcher finds that no process uses the file.
    /// </summary>
    public const uint HasUnmovableCalls = 8;

    /// <summary>
    /// The file has, or had, users without a <see cref="UserMark"/> of their own: a forked child with a call in flight, or a program that goes on
    /// after a checkpoint. The library and the launcher set the flag by an atomic or; it stays until a launcher finds that no process uses the
    /// file.
    /// </summary>
    public const uint HasUncountedUsers = 0x100;

    /// <summary><see cref="realtime_rate"/> is in force. Set only together with <see cref="HasRealtimeOffset"/>.</summary>
    public const uint HasRealtimeRate = 0x10;

    /// <summary>All flags of this version. A file with others is refused.</summary>
    public const uint KnownFlags =
        HasBoottimeOffset | HasRealtimeOffset | HasSavedClocks | HasUnmovableCalls | HasUncountedUsers | HasRealtimeRate;

    /// <summary>
    /// The bit of <see cref="sequence"/> that says the same as <see cref="HasRealtimeRate"/>. The short way of reading a date is only for files without it.
    /// </summary>
    public const ulong RateBit = 1UL << 31;

    /// <summary>The count in <see cref="sequence"/>: without <see cref="RateBit"/> and without the lowest bit.</summary>
    public const ulong CountBits = RateBit - 2;

    public ulong magic;
    public uint version;
    public uint flags;

    /// <summary>host − virtual for the boottime family.</summary>
    public timespec boottime_offset;

    /// <summary>host − virtual for the realtime family; with <see cref="HasRealtimeRate"/>, at the reference of <see cref="realtime_rate"/>.</summary>
    public timespec realtime_offset;

    /// <summary>The position of <see cref="realtime_offset"/> in the block, as a constant for the compiler.</summary>
    public const int RealtimeOffsetPosition = 32;

    /// <summary>Odd while a writer changes the offsets. The count (<see cref="CountBits"/>) grows by one with each change, and begins again at its end.</summary>
    public ulong sequence;

    /// <summary><c>/proc/sys/kernel/random/boot_id</c> of the host whose clocks the offsets are relative to, as 16 bytes.</summary>
    public fixed byte boot_id[16];

    /// <summary>The virtual clocks as <c>--save</c> recorded them.</summary>
    public timespec saved_monotonic;

    public timespec saved_boottime;
    public timespec saved_realtime;

    /// <summary>The change that an odd <see cref="sequence"/> stands for.</summary>
    public ConfigChange change;

    // Room for a longer change. The rates begin at byte 1024.
    private fixed byte _reserved[1024 - ChangePosition - ConfigChange.Length];

    // Room for rates of the other families, zero in this version.
    private fixed long _monotonic_rate[4];
    private fixed long _boottime_rate[4];

    /// <summary>The rate of the realtime family.</summary>
    public ClockRate realtime_rate;

    private const int ChangePosition = 120;

    /// <summary>Reads how the realtime family follows the host's clock.</summary>
    /// <param name="extension">A block with <see cref="HasRealtimeRate"/>.</param>
    /// <param name="line">Valid only if the sequence is even and the same before and after.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ReadRealtimeLine(ConfigExtension* extension, ClockLine* line)
    {
        line->offset.tv_sec = Volatile.Read(ref extension->realtime_offset.tv_sec);
        line->offset.tv_nsec = Volatile.Read(ref extension->realtime_offset.tv_nsec);
        line->reference.tv_sec = Volatile.Read(ref extension->realtime_rate.reference.tv_sec);
        line->reference.tv_nsec = Volatile.Read(ref extension->realtime_rate.reference.tv_nsec);
        line->rate = Volatile.Read(ref extension->realtime_rate.rate);
    }

    /// <summary>The version of a file with these flags.</summary>
    public static uint VersionFor(uint flags) => (flags & HasRealtimeRate) != 0 ? NewestVersion : CurrentVersion;
}

/// <summary>The rate of a family of clocks in the extension block (<see cref="ClockLine"/>).</summary>
public struct ClockRate
{
    public ulong rate;

    /// <summary>Zero.</summary>
    public ulong reserved;

    public timespec reference;
}
