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
                ReadChunk(file, position, chunk.AsSpan(0, (int)Math.Min(chunk.Length, stop - position)), slots);

            position = stop;
        }

        return slots;
    }

    private static void ReadChunk(ConfigFile file, long position, Span<byte> chunk, List<Slot> slots)
    {
        fixed (byte* bytes = chunk)
        {
            nint length = SystemCalls.pread(file.Descriptor, bytes, chunk.Length, position);
            for (nint at = 0; at + ConfigLayout.SlotSize <= length; at += ConfigLayout.SlotSize)
            {
                timespec deadline = *(timespec*)(bytes + at);
                if ((deadline.tv_sec | deadline.tv_nsec) == 0 || !TimespecMath.HasValidNanoseconds(deadline))
                    continue;

                int thread = (int)((position + at - ConfigLayout.SlotsPosition) / ConfigLayout.SlotSize);
                slots.Add(new Slot(thread, deadline, ClockOf(file, thread)));
            }
        }
    }

    private static int ClockOf(ConfigFile file, int thread)
    {
        byte clock = 0;
        if (file.Size >= ConfigLayout.SlotClocksPosition + thread + 1)
            SystemCalls.pread(file.Descriptor, &clock, 1, ConfigLayout.SlotClocksPosition + thread);

        return clock == 0 ? SystemCalls.CLOCK_MONOTONIC : clock - 1;
    }
}
