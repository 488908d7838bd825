using System.Runtime.InteropServices;

namespace VirtTime.Placement;

/// <summary>
/// System calls of the tracer, which shares the launcher's memory but is no thread of the .NET runtime. So these calls do not tell the collector that
/// the thread leaves managed code, and store no error number for .NET.
/// </summary>
internal static unsafe partial class RawCalls
{
    public const int CLONE_VM = 0x100;

    public const int PTRACE_PEEKDATA = 2;
    public const int PTRACE_CONT = 7;
    public const int PTRACE_DETACH = 17;
    public const int PTRACE_SYSCALL = 24;
    public const int PTRACE_GETREGSET = 0x4204;
    public const int PTRACE_SETREGSET = 0x4205;
    public const int PTRACE_SEIZE = 0x4206;
    public const int PTRACE_LISTEN = 0x4208;
    public const int PTRACE_GETSIGMASK = 0x420A;
    public const int PTRACE_SETSIGMASK = 0x420B;

    public const nint PTRACE_O_TRACESYSGOOD = 1;
    public const nint PTRACE_O_TRACEEXEC = 0x10;
    public const nint PTRACE_O_EXITKILL = 0x100000;

    public const int PTRACE_EVENT_EXEC = 4;
    public const int PTRACE_EVENT_STOP = 128;

    public const int SIGTRAP = 5;
    public const int SIGSTOP = 19;
    public const int SIGTSTP = 20;
    public const int SIGTTIN = 21;
    public const int SIGTTOU = 22;
    public const int SIGURG = 23;

    public const int SIG_UNBLOCK = 1;
    public const int SIG_SETMASK = 2;

    /// <summary>The size of the kernel's signal set in bytes.</summary>
    public const nint SignalSetSize = 8;

    public const int EINTR = 4;
    public const int ESRCH = 3;

    public const int PR_SET_PTRACER = 0x59616D61;

    public static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>A system call. Returns -1 on failure; <see cref="LastError"/> says why.</summary>
    public static nint Call(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0) => syscall(number, a, b, c, d, 0);

    /// <summary>The error of the last failed <see cref="Call"/>. The tracer and the launcher share this variable, and never use it at the same time.</summary>
    public static int LastError => *__errno_location();

    public static nint Ptrace(int request, int thread, nint address, nint data) => Call(Numbers.ptrace, request, thread, address, data);

    /// <summary>man 2 clone of glibc: calls the function on a stack of its own, in a new process whose exit signal is the lowest byte of the flags.</summary>
    [LibraryImport("libc")]
    [SuppressGCTransition]
    public static partial int clone(nint function, nint stackEnd, int flags, void* argument);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int* __errno_location();

    /// <summary>System call numbers, those of the tracer and those that it makes the target call.</summary>
    public static class Numbers
    {
        public static nint read => IsArm64 ? 63 : 0;

        public static nint write => IsArm64 ? 64 : 1;

        public static nint close => IsArm64 ? 57 : 3;

        public static nint mmap => IsArm64 ? 222 : 9;

        public static nint rt_sigprocmask => IsArm64 ? 135 : 14;

        public static nint pread64 => IsArm64 ? 67 : 17;

        public static nint wait4 => IsArm64 ? 260 : 61;

        public static nint kill => IsArm64 ? 129 : 62;

        public static nint getppid => IsArm64 ? 173 : 110;

        public static nint ptrace => IsArm64 ? 117 : 101;

        public static nint exit_group => IsArm64 ? 94 : 231;
    }
}
