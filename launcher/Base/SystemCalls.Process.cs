using System.Runtime.InteropServices;
using VirtTime.Format;

namespace VirtTime.Base;

// Calls about the own process: clocks, signals, limits, exec.
internal static unsafe partial class SystemCalls
{
    public const int CLOCK_REALTIME = 0;
    public const int CLOCK_MONOTONIC = 1;
    public const int CLOCK_THREAD_CPUTIME_ID = 3;
    public const int CLOCK_BOOTTIME = 7;
    public const int CLOCK_REALTIME_COARSE = 5;
    public const int CLOCK_TAI = 11;

    public const int SIGTRAP = 5;
    public const int SIGCHLD = 17;
    public const int SIGCONT = 18;
    public const int SIGURG = 23;
    public const int SIGXFSZ = 25;
    public const int SIGWINCH = 28;
    public const nint SIG_IGN = 1;

    public const int RLIMIT_FSIZE = 1;
    public const int RLIMIT_NOFILE = 7;

    public const int PR_CAPBSET_DROP = 24;
    public const int PR_GET_SECUREBITS = 27;
    public const int PR_SET_SECUREBITS = 28;
    public const int PR_GET_NO_NEW_PRIVS = 39;
    public const int PR_CAP_AMBIENT = 47;
    public const int PR_CAP_AMBIENT_RAISE = 2;

    public const int CLONE_NEWTIME = 0x80;
    public const int CLONE_VM = 0x100;
    public const int CLONE_PIDFD = 0x1000;
    public const int CLONE_VFORK = 0x4000;
    public const int CLONE_NEWUSER = 0x10000000;

    public static nint SYS_clone => IsArm64 ? 220 : 56;

    public static nint SYS_capset => IsArm64 ? 91 : 126;

    public const nuint AT_SECURE = 23;
    public const nuint AT_EXECFN = 31;

    /// <summary>An entry of the auxiliary vector; 0 if it has no such entry.</summary>
    [LibraryImport("libc")]
    public static partial nuint getauxval(nuint type);

    [LibraryImport("libc")]
    public static partial uint umask(uint mask);

    [LibraryImport("libc")]
    public static partial int clock_gettime(int clock, out timespec time);

    /// <summary>Reads the rules of the time zone that <c>TZ</c> names.</summary>
    [LibraryImport("libc")]
    public static partial void tzset();

    /// <summary>The local date and time of a moment; null if the year does not fit an int.</summary>
    [LibraryImport("libc")]
    public static partial tm_buffer* localtime_r(in long seconds, tm_buffer* local);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sigaction(int number, sigaction_buffer* action, sigaction_buffer* previous);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getrlimit(int resource, out rlimit limit);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setrlimit(int resource, in rlimit limit);

    [LibraryImport("libc", SetLastError = true,
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteStringMarshaller))]
    public static partial int execve(string path, byte** arguments, byte** environment);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unshare(int flags);

    /// <summary>For system calls without a libc function, or whose libc function does more than the system call.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int prctl(int operation, nint second, nint third, nint fourth, nint fifth);
}
