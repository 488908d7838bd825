namespace VirtTime.SystemCalls;

/// <summary>arm64's system call numbers (<c>&lt;asm-generic/unistd.h&gt;</c>).</summary>
internal static class SyscallNumbers
{
    public const nint getcwd = 17;
    public const nint dup = 23;
    public const nint dup3 = 24;
    public const nint fcntl = 25;
    public const nint flock = 32;
    public const nint fstatfs = 44;
    public const nint ftruncate = 46;
    public const nint openat = 56;
    public const nint close = 57;
    public const nint lseek = 62;
    public const nint read = 63;
    public const nint write = 64;
    public const nint pread64 = 67;
    public const nint pwrite64 = 68;
    public const nint ppoll = 73;
    public const nint readlinkat = 78;
    public const nint newfstatat = 79;
    public const nint timerfd_create = 85;
    public const nint timerfd_settime = 86;
    public const nint unshare = 97;
    public const nint futex = 98;
    public const nint nanosleep = 101;
    public const nint timer_create = 107;
    public const nint timer_settime = 110;
    public const nint timer_delete = 111;
    public const nint clock_settime = 112;
    public const nint clock_gettime = 113;
    public const nint clock_nanosleep = 115;
    public const nint sigaltstack = 132;
    public const nint rt_sigprocmask = 135;
    public const nint times = 153;
    public const nint gettimeofday = 169;
    public const nint settimeofday = 170;
    public const nint adjtimex = 171;
    public const nint getpid = 172;
    public const nint gettid = 178;
    public const nint sysinfo = 179;
    public const nint mq_timedsend = 182;
    public const nint mq_timedreceive = 183;
    public const nint munmap = 215;
    public const nint mremap = 216;
    public const nint execve = 221;
    public const nint mmap = 222;
    public const nint mprotect = 226;
    public const nint mlock = 228;
    public const nint munlock = 229;
    public const nint madvise = 233;
    public const nint prlimit64 = 261;
    public const nint clock_adjtime = 266;
    public const nint memfd_create = 279;
    public const nint execveat = 281;
    public const nint statx = 291;
    public const nint close_range = 436;
    public const nint openat2 = 437;
    public const nint futex_waitv = 449;
    public const nint futex_wait = 455;

    /// <summary>arm64 has no such call; <c>dup3</c> replaces it.</summary>
    public const nint dup2 = -1;

    /// <summary>arm64 has no such call.</summary>
    public const nint time = -2;

    /// <summary>arm64 has no such call; <c>openat</c> replaces it.</summary>
    public const nint open = -3;
}
