using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>
/// Lets a stopped arm64 thread run to the entry of its <c>futex</c> call. There the launcher sets the call's number, so that the kernel makes the call
/// from its arguments.
/// </summary>
/// <remarks>
/// Otherwise the kernel would continue the call by <c>restart_syscall</c>, with the deadline that the kernel has kept. README.md, "On arm64".
/// </remarks>
/// <param name="stopped">The thread's registers when it was stopped.</param>
internal sealed unsafe class CallEntry(int process, int thread, in Registers stopped, SlotMappings slots)
{
    private const int futex = 98, restart_syscall = 128;
    private const int x0 = 0, x8 = 8, pc = 32;
    private const uint InstructionSize = sizeof(uint);

    // Each stop on the way to the entry is one step. The limit is for a thread that gets signals endlessly.
    private const int MostSteps = 64;

    private readonly Registers _stopped = stopped;
    private int _steps;

    /// <summary>Whether the call will read its deadline again or return EINTR.</summary>
    public bool IsMadeAgain { get; private set; }

    /// <summary>Ends the attempts to reach the entry, because something holds the thread up.</summary>
    public void GiveUp() => _steps = MostSteps;

    /// <summary>Takes the next step after a stop.</summary>
    /// <param name="report">Why the thread has stopped.</param>
    /// <returns>True if the thread runs and will stop again; false if it stays stopped until the launcher lets it go.</returns>
    public bool Continue(in ThreadReport report)
    {
        if (report.IsCallEntry)
        {
            IsMadeAgain = TrySetCall();
            return false;
        }

        bool mayGoOn = report.IsInterrupt || (report.Signal != 0 && ThreadStatus.Ignores(process, thread, report.Signal));
        if (mayGoOn && _steps++ < MostSteps)
        {
            // This ptrace call delivers no signal, because the program ignores the signal. If ptrace fails, the thread was killed, and a later report says so.
            SystemCalls.ptrace(SystemCalls.PTRACE_SYSCALL, thread, 0, null);
            return true;
        }

        // If a signal handler is about to run, the kernel itself makes the result EINTR.
        if (report.Signal == 0 || !ThreadStatus.Catches(process, thread, report.Signal))
            IsMadeAgain = TryStepBack() || TryReturnEintr();
        return false;
    }

    // On arm64 the number of the call that the thread enters is not among the general registers. The kernel takes it from x8 if it makes the call
    // again after another interruption, so x8 is set too.
    private bool TrySetCall()
    {
        if (!Registers.TryRead(thread, out Registers registers) || registers[pc] != _stopped[pc] + InstructionSize)
            return false;
        if (Registers.CallOf(thread) != restart_syscall)
            return true;
        registers[x8] = futex;
        return registers.TryWrite(thread) && Registers.TrySetCall(thread, futex);
    }

    // A thread of a process that job control stops does not reach the entry. If the instruction before the call loads the number of futex, the thread
    // can continue there: the program counter has changed, so the kernel skips its own restart. But a SIGCONT handler would then not make the result
    // EINTR.
    private bool TryStepBack()
    {
        const uint mov_x8_98 = 0xD2800C48;
        if (slots.InstructionAt(_stopped[pc] - InstructionSize) != mov_x8_98 || ThreadStatus.Catches(process, thread, SystemCalls.SIGCONT))
            return false;
        Registers registers = _stopped;
        registers[pc] -= InstructionSize;
        return registers.TryWrite(thread);
    }

    private bool TryReturnEintr()
    {
        Registers registers = _stopped;
        registers[x0] = unchecked((ulong)-ErrorNumber.EINTR);
        registers[pc] += InstructionSize;
        return registers.TryWrite(thread);
    }
}
