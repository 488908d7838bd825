using VirtTime.Clock;
using VirtTime.Libc;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>Moves the deadlines of calls in flight by the difference of their clock's offsets.</summary>
internal static unsafe class SlotWriter
{
    /// <summary>Leaves alone each slot that has changed since it was read: its thread has gone on.</summary>
    /// <param name="slots">As read within the same odd sequence; only their pages are touched, and those are no holes.</param>
    public static void Shift(ConfigFile file, List<Slot> slots, ClockOffsets old, ClockOffsets offsets)
    {
        if (slots.Count == 0)
            return;
        nint length = (nint)Math.Min(file.Size, ConfigLayout.CLayoutEnd);
        nint start = SystemCalls.mmap(0, length, SystemCalls.PROT_READ | SystemCalls.PROT_WRITE, SystemCalls.MAP_SHARED, file.Descriptor, 0);
        if (start == -1)
            throw ConfigErrors.CannotWrite(file.Path, Errno.Last);

        timespec* table = (timespec*)(start + (nint)ConfigLayout.SlotsPosition);
        foreach (Slot slot in slots)
        {
            timespec difference = TimespecMath.Subtract(offsets.Of(slot.Clock), old.Of(slot.Clock));
            if ((difference.tv_sec | difference.tv_nsec) != 0)
                Replace(table + slot.Thread, slot.Deadline, TimespecMath.ToHostDeadline(slot.Deadline, difference));
        }

        SystemCalls.munmap(start, length);
    }

    private static void Replace(timespec* place, timespec expected, timespec deadline)
    {
        if (!TimespecMath.AreEqual(*place, expected))
            return;
        Volatile.Write(ref place->tv_sec, deadline.tv_sec);
        Volatile.Write(ref place->tv_nsec, deadline.tv_nsec);
    }
}
