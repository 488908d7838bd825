using VirtTime.Processes;

namespace VirtTime.Config;

/// <summary>The slots of threads that live. Those of the others were left by programs that have ended, or that are checkpointed.</summary>
/// <param name="Slots">By their place in the file, which is mostly the thread's id.</param>
/// <param name="Uncertain">How many of them are of threads of which it cannot be found out whether they live.</param>
/// <param name="LeftBehind">How many more there are in the file.</param>
internal readonly record struct CallsInFlight(IReadOnlyList<Slot> Slots, int Uncertain, int LeftBehind)
{
    /// <exception cref="LauncherException">Part of the file cannot be read.</exception>
    public static CallsInFlight Of(ConfigFile file)
    {
        Slot[] all = [.. SlotTable.Read(file)];
        if (all.Length == 0)
            return new CallsInFlight([], 0, 0);

        LivingThreads living = LivingThreads.Of(file.Descriptor);
        List<Slot> slots = new(all.Length);
        int uncertain = 0;
        foreach (Slot slot in all)
        {
            bool? lives = living.Has(slot.Thread);
            uncertain += lives is null ? 1 : 0;
            if (lives != false)
                slots.Add(slot);
        }

        return new CallsInFlight(slots, uncertain, all.Length - slots.Count);
    }
}
