using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>
/// Lets a stopped thread go on as far as the entry of the <c>futex</c> that it was interrupted in, and has the kernel make that call from its arguments there
/// (arm64). By itself the kernel would go on by <c>restart_syscall</c>, until the moment that it has kept.
/// </summary>
/// <remarks>
/// The thread runs none of its program on the way: it stands on the instruction that enters the kernel. Whenever we die, the call goes on, with the deadline that
/// stands in its slot or with the one that the kernel has kept; until the file is changed, those are the same.
/// </remarks>
/// <param name="stopped">Its registers as it was stopped.</param>
internal sealed unsafe class CallEntry(int process, int thread, in Registers stopped, SlotMappings slots)
{
    private const int futex = 98, restart_syscall = 128;
    private const int x0 = 0, x8 = 8, pc = 32;
    private const uint InstructionSize = sizeof(uint);

    // Each stop on the way takes one. A thread that gets signals without end shall not hold us up.
    private const int MostSteps = 64;

    private readonly Registers _stopped = stopped;
    private int _steps;

    /// <summary>The call reads its deadline again, or returns EINTR.</summary>
    public bool IsMadeAgain { get; private set; }

    /// <summary>It shall not try to get there any more: something holds it up.</summary>
    public void GiveUp() => _steps = MostSteps;

    /// <summary>Does the next step.</summary>
    /// <param name="report">Why the thread has stopped.</param>
    /// <returns>Whether the thread runs, and will stop again; else it stays as it is until it is let go.</returns>
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
            // A signal that is ignored is left out: with it, the kernel would count the thread's stops otherwise, and it has no effect.
            // Where this fails, the thread has been killed, which is reported.
            SystemCalls.ptrace(SystemCalls.PTRACE_SYSCALL, thread, 0, null);
            return true;
        }

        // For a signal handler the kernel itself makes it EINTR.
        if (report.Signal == 0 || !ThreadStatus.Catches(process, thread, report.Signal))
            IsMadeAgain = TryStepBack() || TryReturnEintr();
        return false;
    }

    // The number of the call that the thread enters is not among its registers. x8 is set too: from there the kernel takes it where the call is interrupted and made
    // again another time.
    private bool TrySetCall()
    {
        if (!Registers.TryRead(thread, out Registers registers) || registers[pc] != _stopped[pc] + InstructionSize)
            return false;
        if (Registers.CallOf(thread) != restart_syscall)
            return true;
        registers[x8] = futex;
        return registers.TryWrite(thread) && Registers.TrySetCall(thread, futex);
    }

    // A process that is stopped by job control, or about to be, goes nowhere. Where the instruction before is the one that loads the number, the thread can go on
    // from there, and the kernel then leaves out what it would have done. But no handler that runs first makes that EINTR, as the one of SIGCONT might.
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
