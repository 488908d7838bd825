using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Frees slots of killed threads, once it is certain that these threads are dead.</summary>
internal static unsafe class DeadSlots
{
    /// <summary>Frees the slots of dead threads. All users that were found must be stopped.</summary>
    /// <param name="report">Names the stopped threads.</param>
    /// <remarks>
    /// Nothing is freed while clocks are saved: a checkpointed program may come back and need its slots. For the same reason, do not call this method
    /// if no process uses the file. README.md, "7. Free the slots of dead threads".
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

    // While the launcher holds the lock of a choice, no process begins to take slots of that choice. The exception is a program restored from a
    // checkpoint, which may take them without the lock; the flags in Restored tell that there may be such a program.
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
