using System.Runtime.InteropServices;
using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>How a traced thread was found.</summary>
internal enum ThreadState
{
    /// <summary>Not stopped yet.</summary>
    Running,

    /// <summary>It runs nothing until it is let go.</summary>
    Stopped,

    /// <summary>It has ended.</summary>
    Gone,

    /// <summary>It waits in <c>vfork</c> for a child that stands still; once that has gone on, it stops before it runs anything.</summary>
    Asleep,
}

/// <summary>A thread that we trace, from <see cref="TrySeize"/> to <see cref="LetGo"/> or the end of our own thread.</summary>
internal sealed unsafe class TracedThread
{
    // Why it has stopped. A signal that it was about to get it gets when it is let go.
    private ThreadReport _report;
    private Registers _registers;

    // Since it was let go as far as the entry of its call.
    private CallEntry? _entry;

    private bool _isRepaired;

    private TracedThread(int process, int id)
    {
        Process = process;
        Id = id;
    }

    public int Process { get; }

    /// <summary>As this /proc shows it.</summary>
    public int Id { get; }

    public ThreadState State { get; private set; }

    /// <summary>There is a call that would not have been right by itself, and now is.</summary>
    public bool CallIsMadeAgain => _isRepaired || _entry is { IsMadeAgain: true };

    /// <summary>Null where it may not be traced, or is gone; <see cref="ErrorNumber.Last"/> says which.</summary>
    public static TracedThread? TrySeize(int process, int id)
    {
        bool isNew = SystemCalls.ptrace(SystemCalls.PTRACE_SEIZE, id, 0, (void*)SystemCalls.PTRACE_O_TRACESYSGOOD) == 0;
        int error = ErrorNumber.Last;

        // Where it has ended since, that is seen by Look. A thread that execs takes the id of its process, and is traced already.
        bool isOurs = SystemCalls.ptrace(SystemCalls.PTRACE_INTERRUPT, id, 0, null) == 0;
        if (isNew || isOurs)
            return new TracedThread(process, id);
        Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>Looks once, without waiting.</summary>
    /// <param name="dead">Buries it where it has ended.</param>
    public void Look(DeadThreads dead)
    {
        ThreadReport report = ThreadReport.Of(Id);
        if (report.IsNone)
            return;

        // It stops by itself where a signal is delivered, and otherwise because we have asked for it, or the whole process is stopped.
        State = report.IsEnd ? ThreadState.Gone : ThreadState.Stopped;
        _report = report;
        if (report.IsEnd)
            dead.Bury(Id);
        else if (_entry is not null)
            GoToEntry();
    }

    /// <summary>Whether it waits for a processor, or is about to: as opposed to one that nothing interrupts.</summary>
    public bool IsRunnable => ThreadStatus.StateOf(Process, Id) is not 'D';

    /// <summary>
    /// Finds out what keeps it from stopping: its end, which is told to us only when the last thread of its process has ended, or a <c>vfork</c>.
    /// </summary>
    public void LookWhy()
    {
        if (ThreadStatus.IsOver(Process, Id))
            State = ThreadState.Gone;
        else if (ThreadStatus.IsInVfork(Process, Id))
            State = ThreadState.Asleep;
        else if (_entry is not null && ThreadStatus.StateOf(Process, Id) == 'S')
            LeaveEntry();
    }

    /// <summary>Reads its registers, which also proves that it is still stopped: somebody may have killed it, or it is another one after an exec.</summary>
    public bool TryReadRegisters()
    {
        if (Registers.TryRead(Id, out _registers))
            return true;
        State = ThreadState.Running;
        return false;
    }

    /// <summary>Makes the call that it was interrupted in read its deadline again, and one without a timeout go on. On arm64 it may have to stop once more for that.</summary>
    /// <param name="slots">Where the thread's process has the slots.</param>
    /// <param name="isInFlight">The thread has taken a slot.</param>
    /// <param name="restarted">What is known of calls that go on by <c>restart_syscall</c>.</param>
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

    /// <summary>Lets it run on, with the signal that it was about to get. One of a stopped process stays stopped.</summary>
    /// <param name="dead">Buries it where it has ended.</param>
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

    // A container that is frozen holds it up on the way.
    private void LeaveEntry()
    {
        _entry!.GiveUp();
        SystemCalls.ptrace(SystemCalls.PTRACE_INTERRUPT, Id, 0, null);
    }
}
