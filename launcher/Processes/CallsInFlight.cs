using System.Collections;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>The slots of living threads. Programs that have ended, or that are checkpointed, leave slots behind.</summary>
/// <param name="Slots">In the order of the file.</param>
/// <param name="Uncertain">How many of <paramref name="Slots"/> belong to threads of which it is unknown whether they live.</param>
/// <param name="LeftBehind">How many other slots are not zero; most of them were left behind.</param>
/// <param name="Threads">The threads that use the file; null if all slots are zero.</param>
internal readonly record struct CallsInFlight(IReadOnlyList<Slot> Slots, int Uncertain, int LeftBehind, LivingThreads? Threads)
{
    // A limit for memory, needed if it is unknown which threads live. Further slots are only counted.
    private const int MostListed = 65_536;

    /// <summary>Reads the file twice, so that slots left behind need no memory, however many they are.</summary>
    /// <exception cref="LauncherException">Part of the file cannot be read.</exception>
    public static CallsInFlight Of(OpenConfig file)
    {
        BitArray? threads = ThreadsIn(file);
        if (threads is null)
            return new CallsInFlight([], 0, 0, null);

        LivingThreads living = LivingThreads.Of(file.Descriptor);
        List<Slot> slots = [];
        int uncertain = 0, others = 0;
        foreach (Slot slot in SlotTable.Read(file))
        {
            // A thread that took its slot after the first reading may be missing in LivingThreads, so its slot is only counted.
            bool? lives = threads[slot.Thread] ? living.Has(slot.Thread) : false;
            if (lives == false || slots.Count == MostListed)
            {
                others++;
                continue;
            }

            uncertain += lives is null ? 1 : 0;
            slots.Add(slot);
        }

        return new CallsInFlight(slots, uncertain, others, living);
    }

    /// <summary>The ids of the threads that have a slot; null if there are none.</summary>
    public static BitArray? ThreadsIn(OpenConfig file)
    {
        BitArray? threads = null;
        foreach (Slot slot in SlotTable.Read(file))
            (threads ??= new BitArray(ConfigLayout.SlotCount))[slot.Thread] = true;
        return threads;
    }
}
