using VirtTime.Clocks;
using VirtTime.Diagnostics;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>The results of a freeze. They are written after all threads run again, because one of them may read the launcher's output.</summary>
internal sealed class FreezeReport
{
    public HashSet<int> Processes { get; } = [];

    /// <summary>The ids of the stopped threads in their own PID namespaces.</summary>
    public HashSet<int> OwnIds { get; } = [];

    public int Threads { get; set; }

    public int Calls { get; set; }

    public TimeSpan Standstill { get; set; }

    /// <summary>Processes with timers of <c>timer_create</c> on a clock that was moved.</summary>
    public HashSet<int> KeptTimers { get; } = [];

    /// <summary>Processes with a timerfd that the launcher could not set, or with descriptor tables that it could not find.</summary>
    public HashSet<int> KeptTimerDescriptors { get; } = [];

    /// <summary>Whether the move made the date virtual for running programs. Their waits for a date that began before the move have no slots.</summary>
    public bool IsFirstDate { get; set; }

    /// <summary>Why the launcher could not stop programs that began to use the file during the move; null if it had no such failure.</summary>
    public string? LateUserFailure { get; set; }

    /// <summary>The number of calls for which the launcher cannot tell whether the thread is alive.</summary>
    public int Uncertain { get; set; }

    /// <summary>The calls that wait longer because their clock was set back or slowed down.</summary>
    public LongerWaits LongerWaits { get; set; }

    public void Write()
    {
        if (Threads > 0)
            Log.Debug(
                $"stopped {Threads} threads of {Processes.Count} processes for {(long)Standstill.TotalMicroseconds} us; restarted {Calls} calls");
        WriteKept(KeptTimers, "timer_create");
        WriteKept(KeptTimerDescriptors, "timerfd_create");
        WriteLongerWaits();
        if (IsFirstDate)
            StandardStreams.WriteMessage("note: until now the programs saw the host's date; calls that already wait for a date still end when the host's date reaches it");
        if (LateUserFailure is not null)
            StandardStreams.WriteMessage($"note: a program that was started during the change may keep an old deadline: {LateUserFailure}");
        if (Uncertain > 0)
            StandardStreams.WriteMessage(
                $"note: {(Uncertain == 1 ? "1 call" : $"{Uncertain} calls")} in flight may keep the old deadline: virttime-run cannot see every process");
    }

    private void WriteLongerWaits()
    {
        if (LongerWaits.Calls == 0)
            return;
        string calls = LongerWaits.Calls == 1 ? "1 call now waits" : $"{LongerWaits.Calls} calls now wait";
        string cause = LongerWaits.AreByRate ? "the date has another rate" : "a clock was set back";
        StandardStreams.WriteMessage(
            $"note: {calls} longer, the longest for {Nanoseconds128.Words(LongerWaits.Longest)}, because {cause}; with --keep-waits, calls keep the time that they had left");
    }

    private static void WriteKept(HashSet<int> processes, string function)
    {
        if (processes.Count > 0)
            StandardStreams.WriteMessage(
                $"note: process {string.Join(", ", processes.Order())}: timers made by {function} were not moved; they keep the time that they had left");
    }
}
