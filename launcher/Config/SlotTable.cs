using System.Runtime.InteropServices;
using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>A slot that is not zero.</summary>
/// <param name="Thread">The id of the thread that took it, in the thread's own PID namespace.</param>
/// <param name="Clock">The clock id of the call in flight; <c>CLOCK_MONOTONIC</c> if the slot has no mark.</param>
/// <param name="IsMarked">The slot has a <see cref="SlotMark"/>, so a thread has surely taken it. The C libvirttime sets no marks.</param>
internal readonly record struct Slot(int Thread, timespec Deadline, int Clock, bool IsMarked);

/// <summary>Reads the slots of a config file. Reads only pages that hold data.</summary>
internal static class SlotTable
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>All slots that are not zero, in the order of the file. Slots with invalid nanoseconds are no deadlines and are left out.</summary>
    /// <exception cref="LauncherException">Part of the file cannot be read, or the file was made shorter.</exception>
    public static IEnumerable<Slot> Read(OpenConfig file)
    {
        byte[] chunk = new byte[ChunkSize];
        byte[] marks = new byte[ChunkSize / ConfigLayout.SlotSize];
        foreach ((int first, int end) in RangesWithData(file))
        {
            for (int start = first; start < end; start += marks.Length)
            {
                int count = Math.Min(marks.Length, end - start);
                file.ReadAt(ConfigLayout.SlotsPosition + ((long)start * ConfigLayout.SlotSize), chunk.AsSpan(0, count * ConfigLayout.SlotSize));
                ReadMarks(file, start, marks.AsSpan(0, count));
                for (int i = 0; i < count; i++)
                {
                    timespec deadline = MemoryMarshal.Read<timespec>(chunk.AsSpan(i * ConfigLayout.SlotSize));
                    if ((deadline.tv_sec | deadline.tv_nsec) != 0 && TimespecMath.HasValidNanoseconds(deadline))
                        yield return new Slot(SlotMark.ThreadOf(start + i, marks[i]), deadline, SlotMark.ClockOf(marks[i]), marks[i] != 0);
                }
            }
        }

        file.CheckSize();
    }

    /// <summary>The ranges of slot numbers in pages that hold data: the first number, and one more than the last.</summary>
    public static IEnumerable<(int First, int End)> RangesWithData(OpenConfig file)
    {
        long end = Math.Min(file.Size, ConfigLayout.CLayoutEnd);
        for (long position = ConfigLayout.SlotsPosition; position < end;)
        {
            long data = SystemCalls.lseek(file.Descriptor, position, SystemCalls.SEEK_DATA);
            if (data < 0 && ErrorNumber.Last == ErrorNumber.ENXIO)
                break;

            // A filesystem without holes returns the position itself for SEEK_DATA and the end of the file for SEEK_HOLE.
            long start = data < 0 ? position : Math.Max(data & ~(ConfigLayout.SlotSize - 1L), ConfigLayout.SlotsPosition);
            long hole = data < 0 ? end : SystemCalls.lseek(file.Descriptor, data, SystemCalls.SEEK_HOLE);
            position = Math.Min(hole < 0 ? end : hole, end);
            if (start < position)
                yield return (NumberAt(start), NumberAt(position));
        }
    }

    private static int NumberAt(long position) => (int)((position - ConfigLayout.SlotsPosition) / ConfigLayout.SlotSize);

    // All 0 if the file ends before the marks, as files of other tools do.
    private static void ReadMarks(OpenConfig file, int first, Span<byte> marks)
    {
        marks.Clear();
        if (file.Size >= ConfigLayout.FileSize)
            file.ReadAt(ConfigLayout.SlotClocksPosition + first, marks);
    }
}
