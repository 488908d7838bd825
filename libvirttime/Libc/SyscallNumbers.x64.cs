namespace VirtTime.Libc;

/// <summary><c>&lt;asm/unistd_64.h&gt;</c> of x86-64.</summary>
internal static class SyscallNumbers
{
    public const nint read = 0;
    public const nint write = 1;
    public const nint open = 2;
    public const nint close = 3;
    public const nint lseek = 8;
    public const nint mmap = 9;
    public const nint mprotect = 10;
    public const nint munmap = 11;
    public const nint rt_sigprocmask = 14;
    public const nint pread64 = 17;
    public const nint mremap = 25;
    public const nint madvise = 28;
    public const nint dup = 32;
    public const nint dup2 = 33;
    public const nint nanosleep = 35;
    public const nint execve = 59;
    public const nint fcntl = 72;
    public const nint flock = 73;
    public const nint ftruncate = 77;
    public const nint gettimeofday = 96;
    public const nint sysinfo = 99;
    public const nint times = 100;
    public const nint fstatfs = 138;
    public const nint mlock = 149;
    public const nint munlock = 150;
    public const nint adjtimex = 159;
    public const nint settimeofday = 164;
    public const nint gettid = 186;
    public const nint time = 201;
    public const nint futex = 202;
    public const nint timer_create = 222;
    public const nint timer_settime = 223;
    public const nint timer_delete = 226;
    public const nint clock_settime = 227;
    public const nint clock_gettime = 228;
    public const nint clock_nanosleep = 230;
    public const nint mq_timedsend = 242;
    public const nint mq_timedreceive = 243;
    public const nint openat = 257;
    public const nint readlinkat = 267;
    public const nint unshare = 272;
    public const nint timerfd_create = 283;
    public const nint timerfd_settime = 286;
    public const nint dup3 = 292;
    public const nint prlimit64 = 302;
    public const nint clock_adjtime = 305;
    public const nint memfd_create = 319;
    public const nint execveat = 322;
    public const nint statx = 332;
    public const nint close_range = 436;
    public const nint openat2 = 437;
    public const nint futex_waitv = 449;
    public const nint futex_wait = 455;
}
