using VirtTime.Base;

namespace VirtTime.Freeze;

/// <summary>The kernel's report about a traced thread. The launcher only looks at the report, which stays with the kernel.</summary>
/// <remarks>
/// The report of a stop contains the signal that the thread is about to get. A tracer that takes the report must give the signal back; if the tracer
/// is killed before that, the signal is lost. If the tracer only looks at the report, the kernel delivers the signal itself.
/// </remarks>
internal readonly unsafe struct ThreadReport
{
    private const int CLD_DUMPED = 3;

    // PTRACE_O_TRACESYSGOOD sets this bit in a stop at a system call.
    private const int CallEntryBit = 0x80;

    // The layout of siginfo_t for a child, the same on all 64-bit architectures.
    private const int InformationSize = 128;
    private const int CodePosition = 8;
    private const int IdPosition = 16;
    private const int StatusPosition = 24;

    private readonly int _code;
    private readonly int _status;

    private ThreadReport(int code, int status) => (_code, _status) = (code, status);

    /// <summary>There is no report: the thread runs, or it has ended and the kernel reports that later.</summary>
    public bool IsNone => _code == 0;

    /// <summary>The thread has ended (CLD_EXITED, CLD_KILLED, CLD_DUMPED), or this process does not trace the thread now.</summary>
    public bool IsEnd => _code is > 0 and <= CLD_DUMPED or < 0;

    /// <summary>The thread has stopped at the entry of a system call (<c>PTRACE_SYSCALL</c>).</summary>
    public bool IsCallEntry => IsStop && _status == (SystemCalls.SIGTRAP | CallEntryBit);

    /// <summary><c>PTRACE_INTERRUPT</c> has stopped the thread.</summary>
    public bool IsInterrupt => IsStop && _status == ((SystemCalls.PTRACE_EVENT_STOP << 8) | SystemCalls.SIGTRAP);

    /// <summary>
    /// The signal that the stopped thread is about to get; 0 if it stopped at a call's entry, or for an event (upper part of the status).
    /// </summary>
    public int Signal => IsStop && !IsCallEntry && _status >> 8 == 0 ? _status & 0xff : 0;

    private bool IsStop => !IsNone && !IsEnd;

    /// <summary>Looks for a report without waiting.</summary>
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

    /// <summary>Takes the report of a thread's end. After that the kernel forgets the thread.</summary>
    public static void TakeEnd(int thread)
    {
        byte* information = stackalloc byte[InformationSize];
        SystemCalls.waitid(SystemCalls.P_PID, thread, information, SystemCalls.WEXITED | SystemCalls.WNOHANG | SystemCalls.__WALL);
    }
}
