using System.Runtime.InteropServices;
using VirtTime.Format;

namespace VirtTime.Base;

// Calls to trace other threads and to use their open files.
internal static unsafe partial class SystemCalls
{
    public const int PTRACE_PEEKTEXT = 1;
    public const int PTRACE_DETACH = 17;
    public const int PTRACE_SYSCALL = 24;
    public const int PTRACE_GETREGSET = 0x4204;
    public const int PTRACE_SETREGSET = 0x4205;
    public const int PTRACE_SEIZE = 0x4206;
    public const int PTRACE_INTERRUPT = 0x4207;

    /// <summary>The report of a stop at a system call's entry has one more bit set, which distinguishes it from a signal.</summary>
    public const nint PTRACE_O_TRACESYSGOOD = 1;

    public const int PTRACE_EVENT_STOP = 128;

    public const int NT_PRSTATUS = 1;

    /// <summary>The number of the system call that a thread is about to make, an int.</summary>
    public const int NT_ARM_SYSTEM_CALL = 0x404;

    public const int P_PID = 1;
    public const int WNOHANG = 1;
    public const int WSTOPPED = 2;
    public const int WEXITED = 4;
    public const int WNOWAIT = 0x01000000;
    public const int __WALL = 0x40000000;

    public const int KCMP_FILES = 2;

    /// <summary>A flag of <c>pidfd_open</c>: the descriptor is for a single thread (Linux 6.9).</summary>
    public const int PIDFD_THREAD = 0x80;

    /// <summary>Linux 3.5, with <c>CONFIG_KCMP</c>.</summary>
    public static nint SYS_kcmp => IsArm64 ? 272 : 312;

    /// <summary>Linux 5.3; the number is the same on every architecture.</summary>
    public const int SYS_pidfd_open = 434;

    /// <summary>Linux 5.6.</summary>
    public const int SYS_pidfd_getfd = 438;

    /// <summary>An <c>ioctl</c> request for a timerfd (Linux 3.17, with <c>CONFIG_CHECKPOINT_RESTORE</c>).</summary>
    public const nuint TFD_IOC_SET_TICKS = 0x40085400;

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint ptrace(nint request, int thread, nint address, void* data);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitid(int kind, int thread, void* information, int options);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint syscall(nint number, nint first, nint second, nint third);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_gettime(int descriptor, itimerspec* value);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_settime(int descriptor, int flags, itimerspec* value, itimerspec* old);
}
