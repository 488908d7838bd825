using System.Collections;
using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Calls in flight whose threads were not stopped.</summary>
internal static class Strangers
{
    /// <summary>
    /// Throws where a process that cannot be looked into has a thread by whose id there is one: the ids can be read. Before the change, and before
    /// the file is locked.
    /// </summary>
    /// <exception cref="LauncherException">One has.</exception>
    public static void Refuse(OpenConfig file, UserSearch search)
    {
        // Their ids may be those of threads that are dead.
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
    /// Behind the change. A program that was just being loaded had not mapped the file when it was asked, and may have begun to wait before.
    /// What it waits for has been moved; it only has to look again. Of the others it is noted how many may live.
    /// </summary>
    public static void SeeTo(OpenConfig file, FreezeReport report)
    {
        try
        {
            BitArray? others = CallsOf(file, report.OwnIds);
            if (others is not null)
                SeeTo(file, report, others);
        }
        catch (LauncherException exception)
        {
            // The change has been made.
            report.LateComer = exception.Message;
        }
    }

    private static void SeeTo(OpenConfig file, FreezeReport report, BitArray others)
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

    /// <summary>The threads that surely have a call in flight, but for some; null where there are none.</summary>
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
