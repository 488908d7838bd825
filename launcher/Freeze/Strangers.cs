using System.Collections;
using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Calls in flight of threads that were not stopped.</summary>
internal static class Strangers
{
    /// <summary>Refuses the move if a process that the launcher cannot inspect has a thread with a call in flight.</summary>
    /// <remarks>Call it before the change, and before the file is locked. The ids of such a process's threads can be read.</remarks>
    /// <exception cref="LauncherException">There is such a process.</exception>
    public static void Refuse(OpenConfig file, UserSearch search)
    {
        // A dead thread may have left a slot, and a living thread may have got its id. If the users' locks show that all users are known, all other slots
        // belong to dead threads.
        bool isNoneHidden = search.Found.Closed.Count == 0
            || CountedUsers.AreAll(file, search, search.Users.Select(user => user.ProcessId).ToHashSet());
        BitArray? others = isNoneHidden ? null : CallsOf(file, search.Users.SelectMany(user => user.Threads).Select(thread => thread.Own));
        if (others is null)
            return;
        foreach (int process in search.Found.Closed)
        {
            if (ThreadIds.Of(search.Proc!, process).Exists(thread => others[thread.Own]))
                throw FreezeErrors.Closed(process);
        }
    }

    /// <summary>
    /// Stops users that were found after the change, and counts calls that may keep the old deadline. README.md, "11. Look for late users".
    /// </summary>
    public static void RepairLateUsers(OpenConfig file, FreezeReport report)
    {
        try
        {
            BitArray? others = CallsOf(file, report.OwnIds);
            if (others is not null)
                RepairLateUsers(file, report, others);
        }
        catch (LauncherException exception)
        {
            // The file is changed already, so this failure becomes a note.
            report.LateUserFailure = exception.Message;
        }
    }

    private static void RepairLateUsers(OpenConfig file, FreezeReport report, BitArray others)
    {
        using UserSearch now = UserSearch.Begin(file.Descriptor);
        LivingThreads living = LivingThreads.Of(now.Found);
        report.Uncertain = SlotTable.Read(file).Count(slot => others[slot.Thread] && living.Has(slot.Thread) is null);
        now.Forget(user => report.Processes.Contains(user.ProcessId) || !user.Threads.Any(thread => others[thread.Own]));
        if (now.Users.Count == 0)
            return;

        RestartedCalls restarted = RestartedCalls.Of(now, id => others[id]);
        TracerThread.Run(dead =>
        {
            using FrozenUsers late = FrozenUsers.Stop(now, dead);
            late.MakeCallsReadAgain(id => others[id], restarted);
        });
    }

    /// <summary>The threads that have a marked slot, except those given; null if there are none.</summary>
    private static BitArray? CallsOf(OpenConfig file, IEnumerable<int> except)
    {
        BitArray? threads = null;
        foreach (Slot slot in SlotTable.Read(file).Where(slot => slot.IsMarked))
            (threads ??= new BitArray(ConfigLayout.SlotCount))[slot.Thread] = true;
        if (threads is null)
            return null;
        foreach (int id in except)
            threads[id] = false;
        return threads.HasAnySet() ? threads : null;
    }
}
