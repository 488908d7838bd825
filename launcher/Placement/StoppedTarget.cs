using VirtTime.Base;
using static VirtTime.Placement.RawCalls;

namespace VirtTime.Placement;

/// <summary>The target after its exec and before its first instruction. The tracer makes it execute system calls.</summary>
/// <remarks>
/// The rules of <see cref="Tracer"/> apply. Between two methods the target is at the end of a system call, where its registers can be set. The first
/// such call is execve: if the registers were set at the exec event, the kernel would later overwrite one of them with the result of execve.
/// </remarks>
internal unsafe struct StoppedTarget
{
    private int _id;
    private TargetRegisters _initial;
    private long _mask;

    /// <summary>The address of a system call instruction in the target's vDSO; 0 if it is unknown.</summary>
    public long SystemCallInstruction;

    public readonly long StackPointer => _initial.StackPointer;

    public readonly long ProgramCounter => _initial.ProgramCounter;

    /// <summary>Takes the target from the exec event to the end of execve. False if that fails.</summary>
    /// <param name="id">The target's process id.</param>
    /// <param name="target">Uninitialised memory.</param>
    public static bool TryBegin(int id, StoppedTarget* target)
    {
        target->_id = id;
        target->SystemCallInstruction = 0;
        long all = -1;
        return target->TryGoToCallStop()
            && Ptrace(PTRACE_GETSIGMASK, id, SignalSetSize, (nint)(&target->_mask)) == 0
            && Ptrace(PTRACE_SETSIGMASK, id, SignalSetSize, (nint)(&all)) == 0
            && TargetRegisters.TryRead(id, &target->_initial);
    }

    /// <summary>False if the target has been killed.</summary>
    public readonly bool IsStopped
    {
        get
        {
            TargetRegisters registers;
            return TargetRegisters.TryRead(_id, &registers);
        }
    }

    public readonly bool TryPeek(long address, out long word)
    {
        long value = 0;
        bool isRead = Ptrace(PTRACE_PEEKDATA, _id, (nint)address, (nint)(&value)) == 0;
        word = value;
        return isRead;
    }

    /// <summary>Makes the target execute a system call. Returns the kernel's result, an error as <c>-errno</c>.</summary>
    /// <remarks>If a stop interrupts the call, the kernel would repeat it. The tracer does that itself, because it sets the registers.</remarks>
    public long Call(long number, long a, long b, long c, long d, long e, long f)
    {
        const int MostRepetitions = 1000;
        const long LastRestart = -516, FirstRestart = -512;
        long result = FirstRestart;
        for (int i = 0; i < MostRepetitions && result is >= LastRestart and <= FirstRestart; i++)
        {
            TargetRegisters registers = _initial;
            registers.SetCall(SystemCallInstruction, number, a, b, c, d, e, f);
            if (!TargetRegisters.TryWrite(_id, &registers) || !TryGoToCallStop() || !TryGoToCallStop() || !TargetRegisters.TryRead(_id, &registers))
                return -ESRCH;
            result = registers.Result;
        }

        return result;
    }

    /// <summary>Lets the target go, to begin in the library.</summary>
    public void StartAt(long function, long vector, long configPath, PlacementOrder* order, long entry)
    {
        TargetRegisters registers = _initial;
        registers.SetStart(function, vector, configPath, order->Tracer, entry);
        LetGo(&registers);
    }

    /// <summary>Ends the target, without an instruction of its own.</summary>
    public void End(int status)
    {
        TargetRegisters registers = _initial;
        registers.SetCall(SystemCallInstruction, Numbers.exit_group, status);
        if (SystemCallInstruction != 0)
            LetGo(&registers);
    }

    // After a failure the target is still traced, and the end of the tracer kills it. The tracer does not kill it by a
    // signal: process 1 of a PID namespace gets no SIGKILL from a process of that namespace.
    private void LetGo(TargetRegisters* registers)
    {
        long mask = _mask;
        bool isReady = TargetRegisters.TryWrite(_id, registers) && Ptrace(PTRACE_SETSIGMASK, _id, SignalSetSize, (nint)(&mask)) == 0;
        if (isReady)
            Ptrace(PTRACE_DETACH, _id, 0, 0);
    }

    // All signals but SIGKILL and SIGSTOP are blocked. SIGSTOP stops the target here as without a tracer, so that the kernel undoes it at SIGCONT.
    private readonly bool TryGoToCallStop()
    {
        int request = PTRACE_SYSCALL, signal = 0;
        while (Ptrace(request, _id, 0, signal) == 0 && TargetStop.TryWait(_id, out TargetStop stop))
        {
            if (stop.IsSystemCall)
                return true;
            request = stop.IsJobControl ? PTRACE_LISTEN : PTRACE_SYSCALL;
            signal = stop.Event == 0 ? stop.Signal : 0;
        }

        return false;
    }
}
