using System.Collections;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>The slots of threads that live. Those of the others were left by programs that have ended, or that are checkpointed.</summary>
/// <param name="Slots">By their place in the file, which is mostly the thread's id.</param>
/// <param name="Uncertain">How many of them are of threads of which it cannot be found out whether they live.</param>
/// <param name="LeftBehind">How many more there are in the file.</param>
/// <param name="Threads">Who they are; null where there are none.</param>
internal readonly record struct CallsInFlight(IReadOnlyList<Slot> Slots, int Uncertain, int LeftBehind, LivingThreads? Threads)
{
    // Where it cannot be found out who lives, so many are enough for anybody.
    private const int MostListed = 65_536;

    /// <summary>Goes through the file twice, so that what is dead in it needs no memory, however much that is.</summary>
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
            // Who came later was not asked about.
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

    /// <summary>The threads that have a slot, by id; null where there are none.</summary>
    public static BitArray? ThreadsIn(OpenConfig file)
    {
        BitArray? threads = null;
        foreach (Slot slot in SlotTable.Read(file))
            (threads ??= new BitArray(ConfigLayout.SlotCount))[slot.Thread] = true;
        return threads;
    }
}
