using VirtTime.Clock;
using VirtTime.Libc;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>A slot that is not zero.</summary>
/// <param name="Thread">The thread id, which is the slot's number.</param>
/// <param name="Clock">The clock id of the call in flight; <c>CLOCK_MONOTONIC</c> where the file does not say.</param>
internal readonly record struct Slot(int Thread, timespec Deadline, int Clock);

/// <summary>Reads the slots of a config file, and only the pages of it that hold data.</summary>
internal static unsafe class SlotTable
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>All slots that are not zero, by thread id. Those with invalid nanoseconds are no deadlines and are left out.</summary>
    public static List<Slot> Read(ConfigFile file)
    {
        List<Slot> slots = [];
        long end = Math.Min(file.Size, ConfigLayout.CLayoutEnd);
        byte[] chunk = new byte[ChunkSize];
        byte[] clocks = new byte[ChunkSize / ConfigLayout.SlotSize];
        for (long position = ConfigLayout.SlotsPosition; position < end;)
        {
            long data = SystemCalls.lseek(file.Descriptor, position, SystemCalls.SEEK_DATA);
            if (data < 0 && Errno.Last == Errno.ENXIO)
                break;

            // A filesystem that does not know holes says where it stands: at the position, and at the end.
            long start = data < 0 ? position : Math.Max(data & ~(ConfigLayout.SlotSize - 1L), ConfigLayout.SlotsPosition);
            long hole = data < 0 ? end : SystemCalls.lseek(file.Descriptor, data, SystemCalls.SEEK_HOLE);
            long stop = Math.Min(hole < 0 ? end : hole, end);
            for (position = start; position < stop; position += chunk.Length)
                ReadChunk(file, position, chunk.AsSpan(0, (int)Math.Min(chunk.Length, stop - position)), clocks, slots);

            position = stop;
        }

        return slots;
    }

    private static void ReadChunk(ConfigFile file, long position, Span<byte> chunk, Span<byte> clocks, List<Slot> slots)
    {
        int firstThread = (int)((position - ConfigLayout.SlotsPosition) / ConfigLayout.SlotSize);
        fixed (byte* bytes = chunk)
        {
            nint length = SystemCalls.pread(file.Descriptor, bytes, chunk.Length, position);
            ReadClocks(file, firstThread, clocks);
            for (int i = 0; (i + 1) * ConfigLayout.SlotSize <= length; i++)
            {
                timespec deadline = ((timespec*)bytes)[i];
                if ((deadline.tv_sec | deadline.tv_nsec) != 0 && TimespecMath.HasValidNanoseconds(deadline))
                    slots.Add(new Slot(firstThread + i, deadline, clocks[i] == 0 ? SystemCalls.CLOCK_MONOTONIC : clocks[i] - 1));
            }
        }
    }

    // 0 where the file ends before, as those of other tools do.
    private static void ReadClocks(ConfigFile file, int firstThread, Span<byte> clocks)
    {
        clocks.Clear();
        fixed (byte* bytes = clocks)
            SystemCalls.pread(file.Descriptor, bytes, clocks.Length, ConfigLayout.SlotClocksPosition + firstThread);
    }
}
