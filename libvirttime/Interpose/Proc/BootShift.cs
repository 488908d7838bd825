using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Interpose.Proc;

/// <summary>By how much the times in <c>/proc</c> that depend on the boot have to be shifted, by one state of the config file.</summary>
internal unsafe struct BootShift
{
    /// <summary><c>USER_HZ</c>, the unit of the ticks that the kernel shows; the same on x86-64 and arm64.</summary>
    public const long TicksPerSecond = 100;

    public const long NanosecondsPerTick = TimespecMath.NanosecondsPerSecond / TicksPerSecond;

    private OffsetSnapshot _boottime;
    private timespec _realtime;

    /// <summary>Host uptime − virtual uptime, in hundredths of a second, rounded down.</summary>
    public readonly long Ticks => (_boottime.Offset.tv_sec * TicksPerSecond) + (_boottime.Offset.tv_nsec / NanosecondsPerTick);

    /// <summary>
    /// Virtual − host moment of the boot, in whole seconds, rounded down. A shorter virtual uptime makes the boot later, and so does a later virtual
    /// date.
    /// </summary>
    public readonly long BootSeconds => TimespecMath.Subtract(_boottime.Offset, _realtime).tv_sec;

    /// <summary>Whether a file of this kind has anything to shift now. For <see cref="ProcKind.Other"/>: whether a file of any kind has.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsAny(ProcKind kind)
    {
        BootShift shift;
        do
        {
            Take(&shift);
        }
        while (!IsCurrent(&shift));
        bool isUptime = (shift._boottime.Offset.tv_sec | shift._boottime.Offset.tv_nsec) != 0;
        return (kind != ProcKind.Machine && isUptime) || (kind is ProcKind.Machine or ProcKind.Other && shift.BootSeconds != 0);
    }

    public static void Take(BootShift* shift)
    {
        OffsetSnapshot.Take(&shift->_boottime, Time.CLOCK_BOOTTIME);
        OffsetSnapshot realtime;
        OffsetSnapshot.Take(&realtime, Time.CLOCK_REALTIME);
        shift->_realtime = OffsetSnapshot.RealtimeOffset(&realtime);
    }

    /// <summary>
    /// Whether the offsets are unchanged. The sequence stands for the date's offset: only writers that advance the sequence change it, since tools of
    /// the C layout do not know it.
    /// </summary>
    public static bool IsCurrent(BootShift* shift) => OffsetSnapshot.IsCurrent(&shift->_boottime);
}
