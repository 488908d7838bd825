using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>What <c>/proc/PID/stat</c> says.</summary>
internal static class ProcessStatus
{
    /// <summary>Whether the process is stopped, by a signal or a tracer.</summary>
    public static bool IsStopped(int pid) => StateOf(pid) is 'T' or 't';

    /// <summary>Whether it has ended with all of its threads, and its parent has not asked for its status yet.</summary>
    public static bool IsOver(int pid)
    {
        using ProcFolder? proc = ProcFolder.TryOpen();
        return StateOf(pid) is 'Z' or 'X' && proc?.ThreadIds(pid).TrueForAll(thread => ThreadStatus.IsOver(pid, thread)) == true;
    }

    private static char? StateOf(int pid) => ProcStatus.StateIn(SmallFile.TryRead($"/proc/{pid}/stat"));
}
