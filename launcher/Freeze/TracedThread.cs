using System.Runtime.InteropServices;
using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>The state in which the launcher has last seen a traced thread.</summary>
internal enum ThreadState
{
    /// <summary>The thread has not stopped yet.</summary>
    Running,

    /// <summary>The thread runs nothing until the launcher lets it go.</summary>
    Stopped,

    /// <summary>The thread has ended.</summary>
    Gone,

    /// <summary>
    /// The thread waits in <c>vfork</c> for a child that is stopped. When the child has run on, the thread stops before it runs anything.
    /// </summary>
    Asleep,
}

/// <summary>A thread that the launcher traces, from <see cref="TrySeize"/> to <see cref="LetGo"/> or the end of the tracing thread.</summary>
internal sealed unsafe class TracedThread
{
    // Why the thread has stopped. LetGo delivers the signal that this report contains.
    private ThreadReport _report;
    private Registers _registers;

    // Set from the moment when the launcher lets the thread run to the entry of its call.
    private CallEntry? _entry;

    private bool _isRepaired;

    private TracedThread(int process, int id)
    {
        Process = process;
        Id = id;
    }

    public int Process { get; }

    /// <summary>The thread's id in the launcher's <c>/proc</c>.</summary>
    public int Id { get; }

    public ThreadState State { get; private set; }

    /// <summary>Whether the thread's call had to be repaired, and was.</summary>
    public bool CallIsMadeAgain => _isRepaired || _entry is { IsMadeAgain: true };

    /// <summary>Begins to trace a thread. Null if that is not allowed or the thread is gone; <see cref="ErrorNumber.Last"/> tells which.</summary>
    public static TracedThread? TrySeize(int process, int id)
    {
        bool isNew = SystemCalls.ptrace(SystemCalls.PTRACE_SEIZE, id, 0, (void*)SystemCalls.PTRACE_O_TRACESYSGOOD) == 0;
        int error = ErrorNumber.Last;

        // If the thread has ended meanwhile, Look finds that out. A thread that execs takes the id of its process, and is traced already: then only
        // PTRACE_INTERRUPT succeeds.
        bool isOurs = SystemCalls.ptrace(SystemCalls.PTRACE_INTERRUPT, id, 0, null) == 0;
        if (isNew || isOurs)
            return new TracedThread(process, id);
        Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>Looks once for a report, without waiting.</summary>
    /// <param name="dead">Reaps the thread if it has ended.</param>
    public void Look(DeadThreads dead)
    {
        ThreadReport report = ThreadReport.Of(Id);
        if (report.IsNone)
            return;

        // A thread stops if a signal is about to be delivered, if the launcher has asked for it, or if job control stops the whole process.
        State = report.IsEnd ? ThreadState.Gone : ThreadState.Stopped;
        _report = report;
        if (report.IsEnd)
            dead.ReapIfEnded(Id);
        else if (_entry is not null)
            GoToEntry();
    }

    /// <summary>Whether the thread will stop once it gets a processor. False in an uninterruptible sleep (state D).</summary>
    public bool IsRunnable => ThreadStatus.StateOf(Process, Id) is not 'D';

    /// <summary>
    /// Finds out why the thread does not stop: it has ended, it is in <c>vfork</c>, or it is held up on its way to the call's entry.
    /// </summary>
    /// <remarks>The kernel reports the end of a process's first thread only when the last thread has ended.</remarks>
    public void LookWhy()
    {
        if (ThreadStatus.IsOver(Process, Id))
            State = ThreadState.Gone;
        else if (ThreadStatus.IsInVfork(Process, Id))
            State = ThreadState.Asleep;
        else if (_entry is not null && ThreadStatus.StateOf(Process, Id) == 'S')
            LeaveEntry();
    }

    /// <summary>Reads the registers. That also proves that the thread is still stopped: it may have been killed, or replaced by an exec.</summary>
    public bool TryReadRegisters()
    {
        if (Registers.TryRead(Id, out _registers))
            return true;
        State = ThreadState.Running;
        return false;
    }

    /// <summary>
    /// Makes the interrupted call read its deadline again, and a call without a timeout be made again. An arm64 thread may stop once more for that.
    /// </summary>
    /// <param name="slots">Where the thread's process has the slots mapped.</param>
    /// <param name="isInFlight">Whether the thread has taken a slot.</param>
    /// <param name="restarted">What is known about calls that continue by <c>restart_syscall</c>.</param>
    public void MakeCallReadAgain(SlotMappings slots, bool isInFlight, RestartedCalls restarted)
    {
        if (State != ThreadState.Stopped || _entry is not null)
            return;
        switch (InterruptedCall.Repair(ref _registers, slots, isInFlight, restarted.MayBeFutex(Id, _registers)))
        {
            case CallRepair.Registers:
                _isRepaired |= _registers.TryWrite(Id);
                break;
            case CallRepair.Entry:
                _entry = new CallEntry(Process, Id, _registers, slots);
                GoToEntry();
                break;
        }
    }

    /// <summary>
    /// Lets the thread run on with the signal that it was about to get. If job control has stopped its process, the thread stays stopped.
    /// </summary>
    /// <param name="dead">Reaps the thread if it has ended.</param>
    public void LetGo(DeadThreads dead)
    {
        if (State == ThreadState.Asleep)
            Look(dead);
        if (State == ThreadState.Stopped)
            SystemCalls.ptrace(SystemCalls.PTRACE_DETACH, Id, 0, (void*)_report.Signal);
    }

    private void GoToEntry()
    {
        if (_entry!.Continue(_report))
            State = ThreadState.Running;
    }

    // A frozen container holds the thread up on its way to the entry. Stop the thread where it is.
    private void LeaveEntry()
    {
        _entry!.GiveUp();
        SystemCalls.ptrace(SystemCalls.PTRACE_INTERRUPT, Id, 0, null);
    }
}
