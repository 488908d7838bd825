using VirtTime.Base;

namespace VirtTime.Freeze;

/// <summary>What the kernel has to report of a traced thread. The report is only looked at, and stays with the kernel.</summary>
/// <remarks>
/// A signal that a stopped thread is about to get is part of the report. A tracer that takes the report has to give the signal back, and the signal is lost if the
/// tracer is killed before it does. Of a report that was only looked at, the kernel delivers the signal itself.
/// </remarks>
internal readonly unsafe struct ThreadReport
{
    private const int CLD_DUMPED = 3;

    // Of PTRACE_O_TRACESYSGOOD.
    private const int CallEntryBit = 0x80;

    // siginfo_t of a child, on all 64-bit architectures.
    private const int InformationSize = 128;
    private const int CodePosition = 8;
    private const int IdPosition = 16;
    private const int StatusPosition = 24;

    private readonly int _code;
    private readonly int _status;

    private ThreadReport(int code, int status) => (_code, _status) = (code, status);

    /// <summary>The thread runs, or has ended in a way that is reported later.</summary>
    public bool IsNone => _code == 0;

    /// <summary>CLD_EXITED, CLD_KILLED or CLD_DUMPED; or the thread is not traced by this process, any more or at all.</summary>
    public bool IsEnd => _code is > 0 and <= CLD_DUMPED or < 0;

    /// <summary>It stands at the entry of a system call (<c>PTRACE_SYSCALL</c>).</summary>
    public bool IsCallEntry => IsStop && _status == (SystemCalls.SIGTRAP | CallEntryBit);

    /// <summary>It was stopped by <c>PTRACE_INTERRUPT</c>.</summary>
    public bool IsInterrupt => IsStop && _status == ((SystemCalls.PTRACE_EVENT_STOP << 8) | SystemCalls.SIGTRAP);

    /// <summary>The signal that a stopped thread is about to get, or 0. The thread stopped for another reason where the upper part names an event.</summary>
    public int Signal => IsStop && !IsCallEntry && _status >> 8 == 0 ? _status & 0xff : 0;

    private bool IsStop => !IsNone && !IsEnd;

    /// <summary>Looks, without waiting.</summary>
    public static ThreadReport Of(int thread)
    {
        const int Options = SystemCalls.WEXITED | SystemCalls.WSTOPPED | SystemCalls.WNOHANG | SystemCalls.WNOWAIT | SystemCalls.__WALL;
        byte* information = stackalloc byte[InformationSize];
        *(int*)(information + CodePosition) = 0;
        *(int*)(information + IdPosition) = 0;
        if (SystemCalls.waitid(SystemCalls.P_PID, thread, information, Options) != 0)
            return new ThreadReport(-1, 0);
        return *(int*)(information + IdPosition) == 0
            ? default
            : new ThreadReport(*(int*)(information + CodePosition), *(int*)(information + StatusPosition));
    }

    /// <summary>Takes the report of a thread's end, so that the kernel forgets the thread.</summary>
    public static void TakeEnd(int thread)
    {
        byte* information = stackalloc byte[InformationSize];
        SystemCalls.waitid(SystemCalls.P_PID, thread, information, SystemCalls.WEXITED | SystemCalls.WNOHANG | SystemCalls.__WALL);
    }
}
