using System.Runtime.InteropServices;
using VirtTime.Format;

namespace VirtTime.Tests.Unit;

/// <summary>The steps of a change, in memory, and the state from which another process can complete each.</summary>
public unsafe class ConfigChangeTests
{
    private const int Slots = 8;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 5)]
    public void Begin_makes_an_even_sequence_odd(ulong before, ulong expected)
    {
        ConfigExtension extension = new() { sequence = before };
        ConfigChange.Begin(&extension, default);
        Assert.Equal(expected, extension.sequence);
        Assert.True(ConfigChange.IsUnfinished(&extension));
    }

    // A reader that has given up on one change would not wait for the next change if it had the same number.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(ulong.MaxValue - 2)]
    public void Begin_never_takes_a_sequence_that_was_abandoned(ulong abandoned)
    {
        ConfigExtension extension = new() { sequence = abandoned };
        ConfigChange.Begin(&extension, default);
        Assert.NotEqual(abandoned, extension.sequence);
        Assert.True(ConfigChange.IsUnfinished(&extension));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void Change_belongs_to_the_sequence_that_it_was_begun_with(ulong before)
    {
        ConfigExtension extension = new() { sequence = before };
        ConfigChange.Begin(&extension, Moving(1));
        Assert.Equal(extension.sequence, extension.change.sequence);
    }

    [Fact]
    public void Finish_makes_it_even_and_no_number_comes_twice()
    {
        ConfigExtension extension = default;
        List<ulong> seen = [];
        for (int i = 0; i < 5; i++)
        {
            ConfigChange.Begin(&extension, default);
            seen.Add(extension.sequence);
            ConfigChange.Finish(&extension);
            seen.Add(extension.sequence);
            Assert.False(ConfigChange.IsUnfinished(&extension));
        }

        Assert.Equal(seen.Distinct().Order(), seen);
    }

    [Fact]
    public void Offsets_are_stored_and_the_flag_that_others_set_is_kept()
    {
        timespec offset = default;
        ConfigExtension extension = new() { flags = ConfigExtension.HasUnmovableCalls | ConfigExtension.HasSavedClocks };
        ConfigChange change = Moving(1);
        change.offset = Of(5);
        change.boottime_offset = Of(6);
        change.realtime_offset = Of(7);
        change.flags = ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset;
        ConfigChange.Begin(&extension, change);
        ConfigChange.StoreOffsets(&offset, &extension);

        Assert.Equal((5, 6, 7), (offset.tv_sec, extension.boottime_offset.tv_sec, extension.realtime_offset.tv_sec));
        const uint Own = ConfigExtension.HasBoottimeOffset | ConfigExtension.HasRealtimeOffset;
        Assert.Equal(ConfigExtension.HasUnmovableCalls | Own, extension.flags);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Slots)]
    public void Slots_that_were_moved_before_are_not_moved_again(int moved)
    {
        byte[] layout = LayoutOf(100, 200, 0, 300, 400, 0, 0, 500);
        fixed (byte* start = layout)
        {
            ConfigChange change = Moving(1000);
            ConfigChange.MoveSlots(&change, start, hasMarks: false, 0, moved);
            ConfigChange.CompleteSlot(&change, start);
            ConfigChange.MoveSlots(&change, start, hasMarks: false, 0, Slots);
        }

        Assert.Equal(LayoutOf(1100, 1200, 0, 1300, 1400, 0, 0, 1500), layout);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Slot_whose_store_was_cut_off_is_completed(bool hasSeconds, bool hasNanoseconds)
    {
        byte[] layout = LayoutOf(100);
        fixed (byte* start = layout)
        {
            timespec* slot = (timespec*)(start + ConfigLayout.SlotsPosition);
            ConfigChange change = new() { monotonic_difference = new timespec { tv_sec = 7, tv_nsec = 8 } };
            ConfigChange.MoveSlots(&change, start, hasMarks: false, 0, 1);
            slot->tv_sec = hasSeconds ? slot->tv_sec : 100;
            slot->tv_nsec = hasNanoseconds ? slot->tv_nsec : 0;

            ConfigChange.CompleteSlot(&change, start);
            Assert.Equal((107, 8), (slot->tv_sec, slot->tv_nsec));
        }
    }

    // An unknown clock counts as monotonic, as in a file without marks.
    [Theory]
    [InlineData(Time.CLOCK_REALTIME, 10)]
    [InlineData(Time.CLOCK_REALTIME_COARSE, 10)]
    [InlineData(Time.CLOCK_REALTIME_ALARM, 10)]
    [InlineData(Time.CLOCK_TAI, 10)]
    [InlineData(Time.CLOCK_MONOTONIC, 1000)]
    [InlineData(Time.CLOCK_MONOTONIC_RAW, 1000)]
    [InlineData(Time.CLOCK_MONOTONIC_COARSE, 1000)]
    [InlineData(Time.CLOCK_BOOTTIME, 100)]
    [InlineData(Time.CLOCK_BOOTTIME_ALARM, 100)]
    [InlineData(14, 1000)]
    public void Slot_moves_with_the_clock_that_its_mark_names(int clock, long difference)
    {
        byte* file = (byte*)NativeMemory.AllocZeroed((nuint)ConfigLayout.FileSize);
        timespec* slot = (timespec*)(file + ConfigLayout.SlotsPosition);
        file[ConfigLayout.SlotClocksPosition] = SlotMark.Of(clock, 0);
        file[ConfigLayout.SlotClocksPosition + 1] = SlotMark.Of(clock, 3);
        slot[0] = Of(5000);
        slot[1] = Of(6000);
        ConfigChange change = new() { monotonic_difference = Of(1000), boottime_difference = Of(100), realtime_difference = Of(10) };
        ConfigChange.MoveSlots(&change, file, hasMarks: true, 0, Slots);
        (long, long) moved = (slot[0].tv_sec, slot[1].tv_sec);
        NativeMemory.Free(file);
        Assert.Equal((5000 + difference, 6000 + difference), moved);
    }

    [Fact]
    public void Slot_that_its_thread_has_used_again_is_left_as_it_is()
    {
        byte[] layout = LayoutOf(100);
        fixed (byte* start = layout)
        {
            timespec* slot = (timespec*)(start + ConfigLayout.SlotsPosition);
            ConfigChange change = Moving(1000);
            ConfigChange.MoveSlots(&change, start, hasMarks: false, 0, 1);
            *slot = Of(333);

            ConfigChange.CompleteSlot(&change, start);
            Assert.Equal(333, slot->tv_sec);
        }
    }

    private static ConfigChange Moving(long seconds) => new() { monotonic_difference = Of(seconds) };

    private static timespec Of(long seconds) => new() { tv_sec = seconds };

    // Returns the start of a file whose slots hold these seconds.
    private static byte[] LayoutOf(params long[] seconds)
    {
        byte[] layout = new byte[ConfigLayout.SlotsPosition + (Slots * ConfigLayout.SlotSize)];
        for (int i = 0; i < seconds.Length; i++)
            BitConverter.TryWriteBytes(layout.AsSpan((int)ConfigLayout.SlotsPosition + (i * ConfigLayout.SlotSize)), seconds[i]);
        return layout;
    }
}
