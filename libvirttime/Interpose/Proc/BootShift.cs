using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Interpose.Proc;

/// <summary>By how much what <c>/proc</c> tells of the boot is off: the boottime clocks' offset and the date's, of one state of the config file.</summary>
internal unsafe struct BootShift
{
    /// <summary><c>USER_HZ</c>, in which the kernel tells ticks on every architecture that we know.</summary>
    public const long TicksPerSecond = 100;

    public const long NanosecondsPerTick = TimespecMath.NanosecondsPerSecond / TicksPerSecond;

    private OffsetSnapshot _boottime;
    private timespec _realtime;

    /// <summary>By how much more the host has been up, in hundredths of a second, rounded down.</summary>
    public readonly long Ticks => (_boottime.Offset.tv_sec * TicksPerSecond) + (_boottime.Offset.tv_nsec / NanosecondsPerTick);

    /// <summary>
    /// virtual − host of the moment of the boot: it was so much later as the machine has been up for less, and as the date is a later one. In
    /// whole seconds, as the moment itself.
    /// </summary>
    public readonly long BootSeconds => TimespecMath.Subtract(_boottime.Offset, _realtime).tv_sec;

    /// <summary>Whether there is anything to shift now in a file of this kind; <see cref="ProcKind.Other"/> for any of them.</summary>
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
        timespec now;
        HostClock.Read(Time.CLOCK_REALTIME, &now);
        shift->_realtime = TimespecMath.Subtract(now, OffsetSnapshot.ToVirtual(&realtime, now));
    }

    /// <summary>Whether it still is so. The date's offset changes within a sequence only: tools of the C layout do not know it.</summary>
    public static bool IsCurrent(BootShift* shift) => OffsetSnapshot.IsCurrent(&shift->_boottime);
}
