using System.Runtime.InteropServices;
using VirtTime.Native;
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
    // What it was about to get when it was stopped, and gets when it is let go.
    private int _signal;
    private Registers _registers;

    private TracedThread(int process, int id)
    {
        Process = process;
        Id = id;
    }

    public int Process { get; }

    /// <summary>As this /proc shows it.</summary>
    public int Id { get; }

    public ThreadState State { get; private set; }

    /// <summary>Null where it may not be traced, or is gone; <see cref="Errno.Last"/> says which.</summary>
    public static TracedThread? TrySeize(int process, int id)
    {
        bool isNew = SystemCalls.ptrace(SystemCalls.PTRACE_SEIZE, id, 0, null) == 0;
        int error = Errno.Last;

        // Where it has ended since, that is seen by Look. A thread that execs takes the id of its process, and is traced already.
        bool isOurs = SystemCalls.ptrace(SystemCalls.PTRACE_INTERRUPT, id, 0, null) == 0;
        if (isNew || isOurs)
            return new TracedThread(process, id);
        Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>Looks once, without waiting.</summary>
    public void Look()
    {
        int status;
        int found = SystemCalls.waitpid(Id, &status, SystemCalls.__WALL | SystemCalls.WNOHANG);
        if (found == 0)
            return;

        const int StoppedStatus = 0x7f;
        bool isStopped = found == Id && (status & 0xff) == StoppedStatus;
        State = isStopped ? ThreadState.Stopped : ThreadState.Gone;

        // It stops by itself where a signal is delivered, and otherwise because we have asked for it, or the whole process is stopped.
        bool isEvent = status >> 16 != 0;
        _signal = isStopped && !isEvent ? (status >> 8) & 0xff : 0;
    }

    /// <summary>
    /// Finds out what keeps it from stopping: its end, which is told to us only when the last thread of its process has ended, or a <c>vfork</c>.
    /// </summary>
    public void LookWhy()
    {
        if (ThreadStatus.IsOver(Process, Id))
            State = ThreadState.Gone;
        else if (ThreadStatus.IsInVfork(Process, Id))
            State = ThreadState.Asleep;
    }

    /// <summary>Reads its registers, which also proves that it is still stopped: somebody may have killed it, or it is another one after an exec.</summary>
    public bool TryReadRegisters()
    {
        if (Registers.TryRead(Id, out _registers))
            return true;
        State = ThreadState.Running;
        return false;
    }

    /// <summary>Makes the call that it was interrupted in read its deadline again.</summary>
    /// <returns>Whether there is such a call, and it was not right already.</returns>
    public bool MakeCallReadAgain(SlotMappings slots, bool isInFlight) =>
        State == ThreadState.Stopped && InterruptedCall.ReadsAgain(ref _registers, slots, isInFlight) && _registers.TryWrite(Id);

    /// <summary>Lets it run on, with the signal that it was about to get. One of a stopped process stays stopped.</summary>
    public void LetGo()
    {
        if (State == ThreadState.Asleep)
            Look();
        if (State == ThreadState.Stopped)
            SystemCalls.ptrace(SystemCalls.PTRACE_DETACH, Id, 0, (void*)_signal);
    }
}
