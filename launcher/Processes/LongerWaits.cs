using VirtTime.Clocks;
using VirtTime.Config;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>Calls in flight that wait longer than before, because their clock was set back or slowed down.</summary>
/// <param name="Longest">The longest time that one of them has left, in nanoseconds.</param>
/// <param name="AreByRate">Whether the date has another rate now, so that one of them may wait for that reason.</param>
internal readonly record struct LongerWaits(int Calls, Int128 Longest, bool AreByRate)
{
    /// <summary>Counts them right after the change.</summary>
    /// <param name="file">The file with the new deadlines.</param>
    /// <param name="move">The change.</param>
    /// <param name="threads">The ids of the threads to count, in their own PID namespaces. Other slots may belong to threads that have ended.</param>
    public static LongerWaits In(OpenConfig file, ClockMove move, HashSet<int> threads)
    {
        bool movesAny = Array.Exists(
            [ClockFamily.Monotonic, ClockFamily.Boottime, ClockFamily.Realtime], family => move.Moves(ClockFamilies.ClockOf(family)));
        LongerWaits waits = default;
        foreach (Slot slot in movesAny ? SlotTable.Read(file) : [])
        {
            if (!threads.Contains(slot.Thread) || !move.Moves(slot.Clock))
                continue;
            Int128 deadline = Nanoseconds128.Of(slot.Deadline);
            if (Nanoseconds128.Of(move.ConvertBack(slot.Clock, slot.Deadline)) >= deadline)
                continue;
            Int128 left = deadline - Nanoseconds128.Of(move.Now.OfClock(slot.Clock));
            waits = new LongerWaits(waits.Calls + 1, Int128.Max(waits.Longest, left), move.Old.Realtime.rate != move.New.Realtime.rate);
        }

        return waits;
    }
}
