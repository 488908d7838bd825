using VirtTime.Clock;
using VirtTime.Libc;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>Moves the deadlines of calls in flight by the difference of their clock's offsets.</summary>
internal static unsafe class SlotWriter
{
    private const int PageSize = 4096;

    /// <summary>Leaves alone each slot that has changed since it was read: its thread has converted again, or has gone on.</summary>
    public static void Shift(ConfigFile file, List<Slot> slots, ClockOffsets old, ClockOffsets offsets)
    {
        foreach (Slot slot in slots)
        {
            timespec difference = TimespecMath.Subtract(offsets.Of(slot.Clock), old.Of(slot.Clock));
            if ((difference.tv_sec | difference.tv_nsec) != 0)
                Replace(file, slot, TimespecMath.ToHostDeadline(slot.Deadline, difference));
        }
    }

    // A slot never crosses a page: both sizes are powers of two and the table begins at a slot's multiple.
    private static void Replace(ConfigFile file, Slot slot, timespec deadline)
    {
        long position = ConfigLayout.SlotsPosition + ((long)slot.Thread * ConfigLayout.SlotSize);
        long page = position & -PageSize;
        nint address = SystemCalls.mmap(
            0, PageSize, SystemCalls.PROT_READ | SystemCalls.PROT_WRITE, SystemCalls.MAP_SHARED, file.Descriptor, page);
        if (address == -1)
            throw ConfigErrors.CannotWrite(file.Path, Errno.Last);

        timespec* place = (timespec*)(address + (nint)(position - page));
        if (TimespecMath.AreEqual(*place, slot.Deadline))
        {
            Volatile.Write(ref place->tv_sec, deadline.tv_sec);
            Volatile.Write(ref place->tv_nsec, deadline.tv_nsec);
        }

        SystemCalls.munmap(address, PageSize);
    }
}
