using System.Runtime.InteropServices;
using VirtTime.Base;
using VirtTime.Diagnostics;
using static VirtTime.Placement.RawCalls;
using Syscall = Mono.Unix.Native.Syscall;

namespace VirtTime.Placement;

/// <summary>This process while a tracer waits for its exec, to place the library into the program that it executes.</summary>
/// <remarks>README.md describes the steps.</remarks>
internal sealed unsafe class TracedExec
{
    private const nint StackSize = 64 * 1024;

    private readonly PlacementOrder* _order;
    private readonly nint _stack;

    private TracedExec(PlacementOrder* order, nint stack)
    {
        _order = order;
        _stack = stack;
    }

    /// <summary>Starts the tracer. It waits for the next exec of this process; the library's descriptor stays open until then.</summary>
    /// <param name="program">The static program, for messages.</param>
    /// <param name="environment">The environment that this process will pass to execve.</param>
    /// <param name="whyNot">Why there is no tracer; then nothing has changed.</param>
    /// <returns>Null if this process cannot be traced.</returns>
    public static TracedExec? TryBegin(PlacedLibrary library, string program, EnvironmentBlock environment, out string? whyNot)
    {
        whyNot = TraceObstacle.FindBeforehand();
        if (whyNot is not null)
            return null;
        if (SystemCallInstruction.Find() is not long position)
        {
            whyNot = "this kernel gives programs no vDSO, through which a static program would read its clocks; boot without vdso=0";
            return null;
        }

        PlacementOrder* order = (PlacementOrder*)NativeMemory.AllocZeroed((nuint)sizeof(PlacementOrder));
        order->Target = Syscall.getpid();
        order->Library = library.Descriptor;
        order->Image = library.Image;
        order->SystemCallPosition = position;
        Describe(environment, order);
        const string OtherProgram = "was not started: it is not the static program that virttime-run has inspected; try again";
        const string CannotMap = "was not started: libvirttime.so cannot be mapped into it; raise the limits (ulimit -v)";
        order->OtherProgram = MessageOf(program, OtherProgram);
        order->CannotMap = MessageOf(program, CannotMap);
        return TryStart(order, out whyNot);
    }

    /// <summary>Why this process cannot be traced over an exec; null if it can. It starts a tracer and ends it again.</summary>
    public static string? WhyNot(PlacedLibrary library)
    {
        TryBegin(library, "", EnvironmentBlock.Empty.With(EnvironmentBlock.ConfigPath, ""), out string? whyNot)?.Abandon();
        return whyNot;
    }

    /// <summary>Leaves the library's descriptor open over the exec. The target closes it.</summary>
    /// <returns>Why that is not possible; null if it is done.</returns>
    public string? WhyNotKept() => SystemCalls.fcntl(_order->Library, SystemCalls.F_SETFD, 0) == 0 ? null : TraceObstacle.ExplainNotKept(ErrorNumber.Last);

    /// <summary>Ends the tracer, if the exec has failed or is not wanted.</summary>
    public void Abandon()
    {
        SystemCalls.fcntl(_order->Library, SystemCalls.F_SETFD, SystemCalls.FD_CLOEXEC);
        Volatile.Write(ref _order->IsAbandoned, 1);

        // The tracer waits for a stop of this process. A tracer sees a signal even if it is ignored, but not while it is blocked.
        ulong signal = 1UL << (SIGURG - 1), mask;
        Call(Numbers.rt_sigprocmask, SIG_UNBLOCK, (nint)(&signal), (nint)(&mask), SignalSetSize);
        Call(Numbers.kill, _order->Target, SIGURG);
        Call(Numbers.rt_sigprocmask, SIG_SETMASK, (nint)(&mask), 0, SignalSetSize);
        Reap(_order->Tracer);
        Free(_order, _stack);
    }

    private static void Describe(EnvironmentBlock environment, PlacementOrder* order)
    {
        const string Name = EnvironmentBlock.ConfigPath + "=";
        order->VariableCount = environment.Entries.Count;
        order->ConfigPathPosition = Name.Length;
        while (!environment.Entries[order->ConfigVariable].StartsWith(Name, StringComparison.Ordinal))
            order->ConfigVariable++;
    }

    private static PlacementOrder.Message MessageOf(string program, string text)
    {
        string line = StandardStreams.Line($"{program}: {text}");
        byte* bytes = (byte*)NativeMemory.Alloc((nuint)(line.Length + PlacementOrder.Message.Room));
        ByteString.CopyTo(line, bytes);
        return new PlacementOrder.Message { Bytes = bytes, Length = line.Length };
    }

    private static TracedExec? TryStart(PlacementOrder* order, out string? whyNot)
    {
        nint stack = SystemCalls.mmap(
            0, StackSize, SystemCalls.PROT_READ | SystemCalls.PROT_WRITE, SystemCalls.MAP_PRIVATE | SystemCalls.MAP_ANONYMOUS, -1, 0);
        bool hasPipes = stack != -1 && TryMakePipe(&order->Begin) && TryMakePipe(&order->Begun);
        int error = hasPipes && TryClone(order, stack) ? 0 : ErrorNumber.Last;
        if (error != 0)
        {
            Free(order, stack);
            whyNot = TraceObstacle.ExplainNoProcess(error);
            return null;
        }

        whyNot = LetBegin(order) is int refusal and not 0 ? TraceObstacle.Explain(refusal, order->FailedCall) : null;
        if (whyNot is null)
            return new TracedExec(order, stack);
        Reap(order->Tracer);
        Free(order, stack);
        return null;
    }

    private static bool TryMakePipe(PlacementOrder.Pipe* pipe) => SystemCalls.pipe2((int*)pipe, SystemCalls.O_CLOEXEC) == 0;

    // The tracer starts with all signals blocked: a signal to the process group would end or stop it, or run a handler of .NET in it.
    private static bool TryClone(PlacementOrder* order, nint stack)
    {
        ulong all = ulong.MaxValue, mask;
        Call(Numbers.rt_sigprocmask, SIG_SETMASK, (nint)(&all), (nint)(&mask), SignalSetSize);

        // Without an exit signal, only a wait with __WALL sees the process.
        order->Tracer = clone((nint)(delegate*<PlacementOrder*, int>)&Tracer.Run, stack + StackSize, CLONE_VM, order);
        int error = order->Tracer < 0 ? LastError : 0;
        Call(Numbers.rt_sigprocmask, SIG_SETMASK, (nint)(&mask), 0, SignalSetSize);
        Marshal.SetLastPInvokeError(error);
        return error == 0;
    }

    /// <returns>0, or why the tracer cannot trace this process; <see cref="ErrorNumber.ESRCH"/> if the tracer has ended.</returns>
    private static int LetBegin(PlacementOrder* order)
    {
        Syscall.close(order->Begin.Read);
        Syscall.close(order->Begun.Write);

        // Yama (kernel.yama.ptrace_scope 1) lets a process be traced by its child only with this. The permission ends with the tracer.
        SystemCalls.prctl(PR_SET_PTRACER, order->Tracer, 0, 0, 0);
        Volatile.Write(ref order->MayBegin, 1);
        Syscall.close(order->Begin.Write);
        int error;
        nint count;
        do
        {
            count = SystemCalls.read(order->Begun.Read, (byte*)&error, sizeof(int));
        }
        while (count < 0 && ErrorNumber.Last == ErrorNumber.EINTR);
        Syscall.close(order->Begun.Read);
        return count == sizeof(int) ? error : ErrorNumber.ESRCH;
    }

    private static void Reap(int tracer)
    {
        int status;
        while (Call(Numbers.wait4, tracer, (nint)(&status), SystemCalls.__WALL) < 0 && LastError == EINTR)
        {
        }
    }

    private static void Free(PlacementOrder* order, nint stack)
    {
        NativeMemory.Free(order->OtherProgram.Bytes);
        NativeMemory.Free(order->CannotMap.Bytes);
        NativeMemory.Free(order);
        if (stack != -1)
            SystemCalls.munmap(stack, StackSize);
    }
}
