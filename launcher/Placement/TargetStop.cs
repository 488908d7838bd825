using VirtTime.Base;
using static VirtTime.Placement.RawCalls;

namespace VirtTime.Placement;

/// <summary>Why the target has stopped (man 2 ptrace).</summary>
internal unsafe struct TargetStop
{
    // The lowest byte of the status of a stopped process; other values mean that it has ended.
    private const int Stopped = 0x7F;
    private const int SystemCallBit = 0x80;

    private int _status;

    /// <summary>The signal that is about to be delivered, or SIGTRAP.</summary>
    public readonly int Signal => (_status >> 8) & 0xFF;

    /// <summary>A <c>PTRACE_EVENT</c> number; 0 if there is none.</summary>
    public readonly int Event => (_status >> 16) & 0xFF;

    /// <summary>Whether the target is at the beginning or at the end of a system call (<c>PTRACE_O_TRACESYSGOOD</c>).</summary>
    public readonly bool IsSystemCall => Event == 0 && Signal == (SIGTRAP | SystemCallBit);

    /// <summary>Whether job control has stopped the whole process.</summary>
    public readonly bool IsJobControl => Event == PTRACE_EVENT_STOP && Signal is SIGSTOP or SIGTSTP or SIGTTIN or SIGTTOU;

    /// <summary>Waits for the next stop. False if the target has ended.</summary>
    public static bool TryWait(int target, out TargetStop stop)
    {
        int status = 0;
        nint result;
        do
        {
            result = Call(Numbers.wait4, target, (nint)(&status), SystemCalls.__WALL);
        }
        while (result < 0 && LastError == EINTR);
        stop._status = status;
        return result == target && (status & 0xFF) == Stopped;
    }
}
