using System.IO.MemoryMappedFiles;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>The step at which a writer dies. The steps before it are done.</summary>
public enum Death
{
    /// <summary>The sequence is odd and the change is not written down, as an older tool leaves the file.</summary>
    WithoutNote,
    BeforeOffsets,
    BetweenOffsets,
    BeforeSlots,

    /// <summary>The second slot is noted, and still holds its old deadline.</summary>
    BeforeSlot,

    /// <summary>That slot has the seconds of the new deadline and the nanoseconds of the old one.</summary>
    WithinSlot,
    BetweenSlots,
    BeforeTheEnd,
}

/// <summary>
/// A writer that shifts the clocks of a config file like the launcher, and stops in the middle. Slots of other threads are in flight.
/// </summary>
internal sealed unsafe class InterruptedWriter : IDisposable
{
    private const long Billion = 1_000_000_000;
    private const long SlotSeconds = 2_000_000_000;

    // The slots lie on three pages and use all clocks. The writer dies around the second one. No thread of a test has an id as small as 3 or 4.
    private static readonly (int Number, int Clock)[] s_slots =
    [
        (3, Time.CLOCK_MONOTONIC), (4, Time.CLOCK_BOOTTIME), (70_000, Time.CLOCK_MONOTONIC), (70_001, Time.CLOCK_REALTIME),
        (4_190_000, Time.CLOCK_BOOTTIME), (4_190_001, Time.CLOCK_TAI),
    ];

    // Before the change the date is the host's; the change gives it an offset.
    private static readonly timespec s_realtime = new() { tv_sec = 1_234_567, tv_nsec = 89 };

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly ConfigExtension* _extension;
    private readonly byte* _start;
    private readonly timespec _old;
    private readonly ConfigChange _change;

    /// <param name="path">A file of the full size.</param>
    /// <param name="monotonic">The difference that is added to the monotonic offset.</param>
    /// <param name="boottime">The difference for the boottime clocks, which get an offset of their own.</param>
    public InterruptedWriter(string path, timespec monotonic, timespec boottime)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, ConfigLayout.FileSize);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _extension = (ConfigExtension*)(_start + ConfigLayout.ExtensionPosition);
        _extension->magic = ConfigExtension.MagicValue;
        _extension->version = ConfigExtension.CurrentVersion;
        _old = *(timespec*)_start;
        _change = new ConfigChange
        {
            flags = ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset,
            offset = TimespecMath.Add(_old, monotonic),
            boottime_offset = TimespecMath.Add(_old, boottime),
            realtime_offset = s_realtime,
            monotonic_difference = monotonic,
            boottime_difference = boottime,
            realtime_difference = s_realtime,
        };
        foreach ((int number, int clock) in s_slots)
        {
            _start[ConfigLayout.SlotClocksPosition + number] = SlotMark.Of(clock, 0);
            *Slot(number) = DeadlineOf(number);
        }
    }

    public ulong Sequence => Volatile.Read(ref _extension->sequence);

    /// <summary>Changes the file up to this step.</summary>
    public void Die(Death death)
    {
        if (death == Death.WithoutNote)
        {
            _extension->sequence = 1;
            return;
        }

        ConfigChange.Begin(_extension, _change);
        if (death == Death.BetweenOffsets)
            ((timespec*)_start)->tv_sec = _change.offset.tv_sec;
        if (death > Death.BetweenOffsets)
            ConfigChange.StoreOffsets((timespec*)_start, _extension);
        if (death <= Death.BeforeSlots)
            return;
        int middle = s_slots[1].Number;
        ConfigChange.MoveSlots(
            &_extension->change, _start, hasMarks: true, 0, death == Death.BeforeTheEnd ? ConfigLayout.SlotCount : middle + 1);
        if (death is Death.BeforeSlot or Death.WithinSlot)
            Slot(middle)->tv_nsec = DeadlineOf(middle).tv_nsec;
        if (death == Death.BeforeSlot)
            Slot(middle)->tv_sec = DeadlineOf(middle).tv_sec;
    }

    /// <summary>Asserts that the complete change is in force, and that each deadline was moved once.</summary>
    public void AssertCompleted()
    {
        Assert.Equal(0UL, Sequence & 1);
        Assert.Equal(Total(_change.offset), Total(*(timespec*)_start));
        Assert.Equal(Total(_change.boottime_offset), Total(_extension->boottime_offset));
        Assert.Equal(Total(_change.realtime_offset), Total(_extension->realtime_offset));
        Assert.Equal(ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset, _extension->flags);
        foreach ((int number, int clock) in s_slots)
        {
            timespec difference = Of(clock, _change.monotonic_difference, _change.boottime_difference, _change.realtime_difference);
            Assert.Equal((number, Total(DeadlineOf(number)) + Total(difference)), (number, Total(*Slot(number))));
        }
    }

    /// <summary>Asserts that no change is unfinished, and that no deadline has changed by the programs' own clocks.</summary>
    public void AssertDeadlinesKept()
    {
        Assert.Equal(0UL, Sequence & 1);
        foreach ((int number, int clock) in s_slots)
        {
            timespec before = Of(clock, _old, _old, default);
            timespec offset = Of(clock, *(timespec*)_start, _extension->boottime_offset, _extension->realtime_offset);
            Assert.Equal((number, Total(DeadlineOf(number)) - Total(before)), (number, Total(*Slot(number)) - Total(offset)));
        }
    }

    /// <summary>Asserts that only the sequence has changed.</summary>
    public void AssertUnchanged()
    {
        Assert.Equal(Total(_old), Total(*(timespec*)_start));
        foreach ((int number, _) in s_slots)
            Assert.Equal((number, Total(DeadlineOf(number))), (number, Total(*Slot(number))));
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static timespec Of(int clock, timespec monotonic, timespec boottime, timespec realtime) => clock switch
    {
        Time.CLOCK_BOOTTIME => boottime,
        Time.CLOCK_REALTIME or Time.CLOCK_TAI => realtime,
        _ => monotonic,
    };

    private static Int128 Total(timespec time) => ((Int128)time.tv_sec * Billion) + time.tv_nsec;

    private static timespec DeadlineOf(int number) => new() { tv_sec = SlotSeconds + number, tv_nsec = 999_000_000 };

    private timespec* Slot(int number) => (timespec*)(_start + ConfigLayout.SlotsPosition) + number;
}
