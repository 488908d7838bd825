using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Slots of threads that were killed. They are given back when it is certain that their threads are dead.</summary>
internal static unsafe class DeadSlots
{
    /// <summary>
    /// To be called while all users that were found stand still. Where they are all there are, a slot that is none of their threads' is a dead
    /// thread's. A process that begins to use the file meanwhile cannot take a slot that has a mark, so the marks are read before the users are counted. It can
    /// where it has a choice for itself alone, and those are given back where no process has that choice.
    /// </summary>
    /// <param name="report">With the threads that stand still.</param>
    /// <remarks>
    /// Not while clocks are saved, and not where no process uses the file: the slots may be those of a program that was checkpointed and comes back.
    /// </remarks>
    public static void GiveBack(LayoutMapping layout, UserSearch search, FreezeReport report)
    {
        if (layout.Extension == null || (Volatile.Read(ref layout.Extension->flags) & ConfigExtension.HasSavedClocks) != 0)
            return;

        bool[] wereTaken = layout.MarkedSlots();
        if (CountedUsers.AreAll(layout.File, search, report.Processes))
            layout.GiveBack((slot, mark) => wereTaken[slot] && IsShared(mark) && !report.OwnIds.Contains(SlotMark.ThreadOf(slot, mark)));
        for (int choice = SlotMark.SharedChoices; choice < SlotMark.Choices; choice++)
            GiveBackReserved(layout, choice);
    }

    private static bool IsShared(byte mark) => SlotMark.ChoiceOf(mark) < SlotMark.SharedChoices;

    // While the lock is ours, no process begins to take slots of that choice. One that goes on after a checkpoint may take them without a lock.
    private static void GiveBackReserved(LayoutMapping layout, int choice)
    {
        if (layout.Extension == null || !TrySetLock(layout.File.Descriptor, choice, UserMark.F_WRLCK))
            return;
        const uint Restored = ConfigExtension.HasSavedClocks | ConfigExtension.HasUncountedUsers;
        if ((Volatile.Read(ref layout.Extension->flags) & Restored) == 0)
            layout.GiveBack((_, mark) => SlotMark.ChoiceOf(mark) == choice);
        TrySetLock(layout.File.Descriptor, choice, UserMark.F_UNLCK);
    }

    private static bool TrySetLock(int descriptor, int choice, short type)
    {
        UserMark mark = new() { l_type = type, l_start = UserMark.PositionOfChoice(choice), l_len = 1 };
        return SystemCalls.fcntl(descriptor, UserMark.F_OFD_SETLK, (nint)(&mark)) == 0;
    }
}
