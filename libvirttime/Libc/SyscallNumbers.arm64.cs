namespace VirtTime.Libc;

/// <summary><c>&lt;asm-generic/unistd.h&gt;</c>, as arm64 has it.</summary>
internal static class SyscallNumbers
{
    public const nint openat = 56;
    public const nint close = 57;
    public const nint lseek = 62;
    public const nint write = 64;
    public const nint futex = 98;
    public const nint nanosleep = 101;
    public const nint clock_gettime = 113;
    public const nint gettid = 178;
    public const nint munmap = 215;
    public const nint mmap = 222;
    public const nint mprotect = 226;
}
