using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>The state of a process by <c>/proc/PID/stat</c>.</summary>
internal static class ProcessStatus
{
    /// <summary>Whether a signal or a tracer has stopped the process.</summary>
    public static bool IsStopped(int pid) => StateOf(pid) is 'T' or 't';

    /// <summary>Whether all threads of the process have ended and its parent has not reaped it yet.</summary>
    public static bool IsOver(int pid)
    {
        using ProcFolder? proc = ProcFolder.TryOpen();
        return StateOf(pid) is 'Z' or 'X' && proc?.ThreadIds(pid).TrueForAll(thread => ThreadStatus.IsOver(pid, thread)) == true;
    }

    private static char? StateOf(int pid) => ProcStatus.StateIn(SmallFile.TryRead($"/proc/{pid}/stat"));
}
