using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Slots of threads that were killed. They are given back when it is certain that their threads are dead.</summary>
internal static unsafe class DeadSlots
{
    /// <summary>
    /// To be called while all users that were found stand still. Where they are all there are, a slot that is none of their threads' is a dead
    /// thread's. A process that begins to use the file meanwhile cannot take a slot that has a mark, so the marks are read before the users are counted.
    /// </summary>
    /// <param name="report">With the threads that stand still.</param>
    public static void GiveBack(LayoutMapping layout, UserSearch search, FreezeReport report)
    {
        bool[] wereTaken = layout.MarkedSlots();
        if (CountedUsers.AreAll(layout.File, search, report.Processes))
            layout.GiveBack((slot, thread) => wereTaken[slot] && !report.OwnIds.Contains(thread));
    }

    /// <summary>The same where no process uses the file. One that opens it meanwhile waits until the lease is returned.</summary>
    public static void GiveBackAll(LayoutMapping layout)
    {
        if (!FileLease.TryTake(layout.File.Descriptor))
            return;
        layout.GiveBack((_, _) => true);
        if (layout.Extension != null)
            Interlocked.And(ref layout.Extension->flags, ~ConfigExtension.HasUncountedUsers);
        FileLease.Return(layout.File.Descriptor);
    }
}
