using VirtTime.Base;
using static VirtTime.Placement.RawCalls;

namespace VirtTime.Placement;

/// <summary>The code of the tracer: a process that traces the launcher over its exec and places the library into the target.</summary>
/// <remarks>
/// The process shares the launcher's memory but is unknown to the .NET runtime. So this code allocates nothing, throws nothing, uses no static
/// variable, and calls nothing but <see cref="RawCalls"/>. All signals except SIGKILL are blocked in it. README.md describes the steps.
/// </remarks>
internal static unsafe class Tracer
{
    /// <summary>Where the process begins, and ends when this returns.</summary>
    public static int Run(PlacementOrder* order)
    {
        Call(Numbers.close, order->Begin.Write);
        Call(Numbers.close, order->Begun.Read);
        WaitForEnd(order->Begin.Read);
        if (Volatile.Read(ref order->MayBegin) == 0)
            return 1;

        int error = Attach(order);
        Call(Numbers.write, order->Begun.Write, (nint)(&error), sizeof(int));
        if (error != 0)
            return 1;

        // The launcher has read the answer, so the pipe is no longer needed.
        Call(Numbers.close, order->Begun.Write);
        if (TryFollowExec(order))
            PlacementSteps.Run(order);
        return 0;
    }

    // In a new PID namespace the launcher's number may be that of a stranger. A denied wait4 has to be found before the launcher is traced:
    // afterwards the launcher would remain stopped.
    private static int Attach(PlacementOrder* order)
    {
        const nint Options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
        order->FailedCall = Numbers.getppid;
        nint parent = Call(Numbers.getppid);
        if (parent != order->Target)
            return parent < 0 ? LastError : ErrorNumber.EXDEV;

        order->FailedCall = Numbers.wait4;
        int status;
        if (Call(Numbers.wait4, order->Target, (nint)(&status), SystemCalls.WNOHANG | SystemCalls.__WALL) < 0 && LastError != ErrorNumber.ECHILD)
            return LastError;

        order->FailedCall = Numbers.ptrace;
        return Ptrace(PTRACE_SEIZE, order->Target, 0, Options) == 0 ? 0 : LastError;
    }

    private static void WaitForEnd(int pipe)
    {
        byte none;
        while (Call(Numbers.read, pipe, (nint)(&none), 1) < 0 && LastError == EINTR)
        {
        }
    }

    /// <summary>Lets the launcher run until it has executed the target. False if it has ended, or executes nothing any more.</summary>
    private static bool TryFollowExec(PlacementOrder* order)
    {
        while (TargetStop.TryWait(order->Target, out TargetStop stop))
        {
            if (stop.Event == PTRACE_EVENT_EXEC)
                return true;

            if (stop.Event == 0 && stop.Signal == SIGURG && Volatile.Read(ref order->IsAbandoned) != 0)
            {
                Ptrace(PTRACE_DETACH, order->Target, 0, 0);
                return false;
            }

            // Job control stops the launcher until SIGCONT; a signal is delivered as without a tracer.
            Ptrace(stop.IsJobControl ? PTRACE_LISTEN : PTRACE_CONT, order->Target, 0, stop.Event == 0 ? stop.Signal : 0);
        }

        return false;
    }
}
