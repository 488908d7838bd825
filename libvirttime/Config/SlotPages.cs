using System.Runtime.CompilerServices;
using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>The slots of this process's threads, and the page-wise effort of making them accessible.</summary>
internal static unsafe class SlotPages
{
    private const int SlotsPerEntry = 256;

    // The layout that the slots are in; 0 = no slots, every deadline stays on its caller's stack.
    private static nint s_start;
    private static PreparedPages s_prepared;

    private struct PreparedPages
    {
        // A bit for each entry, so that all of this library's variables fit on one page.
        public fixed byte Bits[ConfigLayout.SlotCount / SlotsPerEntry / 8];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool Has(int entry) => (Bits[entry / 8] & (1 << (entry % 8))) != 0;

        // Another thread's bit may get lost meanwhile; then that page is prepared once more.
        public void Add(int entry) => Bits[entry / 8] |= (byte)(1 << (entry % 8));
    }

    public static void Use(nint start) => s_start = start;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static timespec* SlotOf(int thread) => (timespec*)(s_start + (nint)ConfigLayout.SlotsPosition) + thread;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* ClockOf(int thread) => (byte*)(s_start + (nint)ConfigLayout.SlotClocksPosition) + thread;

    /// <summary>Whether the slot of <paramref name="thread"/> can be written without a fault.</summary>
    public static bool Prepare(int thread)
    {
        if (s_start == 0 || (uint)thread >= ConfigLayout.SlotCount)
            return false;
        return s_prepared.Has(thread / SlotsPerEntry) || PreparePage(thread);
    }

    // Two threads may do this at once: it has the same outcome, and the note is made last. Entry e covers the slots
    // 256 e to 256 e + 255, which end 16 bytes into the next page, so both pages are made ready.
    private static bool PreparePage(int thread)
    {
        int first = thread / SlotsPerEntry * SlotsPerEntry;
        bool ready = PrepareAt((byte*)SlotOf(first))
            && PrepareAt((byte*)SlotOf(first + SlotsPerEntry - 1))
            && PrepareAt(ClockOf(first));
        if (ready)
            s_prepared.Add(thread / SlotsPerEntry);
        return ready;
    }

    private static bool PrepareAt(byte* address)
    {
        nint position = (nint)address - s_start;
        return !Kernel.IsError(Mapping.Allow(s_start, position, Mman.PROT_READ | Mman.PROT_WRITE)) && UserMemory.IsWritable(address);
    }
}
