using System.Runtime.CompilerServices;
using VirtTime.Clock;
using VirtTime.Interpose.Lookup;

namespace VirtTime.Libc;

/// <summary>
/// The system calls that the interposer makes for itself, through the real <c>syscall(2)</c>: no wrapper of libc's that
/// another library may have interposed, no cancellation point. Errors come back as <c>-errno</c>; <c>errno</c> itself is kept.
/// </summary>
internal static unsafe class Kernel
{
    public static int Open(byte* path, int flags) => (int)Call(SyscallNumbers.openat, Mman.AT_FDCWD, (nint)path, flags);

    public static void Close(int descriptor) => Call(SyscallNumbers.close, descriptor);

    /// <summary>The size of an open file in bytes; negative for what cannot seek.</summary>
    public static long SizeOf(int descriptor) => Call(SyscallNumbers.lseek, descriptor, 0, Mman.SEEK_END);

    /// <summary>Which file an open one is; all zero where the kernel does not say (before 4.11).</summary>
    public static FileIdentity IdentityOf(int descriptor)
    {
        byte none = 0;
        return IdentityOf(descriptor, &none);
    }

    /// <summary>Which file a path leads to now.</summary>
    public static FileIdentity IdentityOf(byte* path) => IdentityOf(Mman.AT_FDCWD, path);

    /// <summary>man 2 mmap; an address from −4095 to −1 is an error.</summary>
    public static nint Map(nint address, nint length, int protection, int flags, int descriptor, long position) =>
        Call(SyscallNumbers.mmap, address, length, protection, flags, descriptor, (nint)position);

    public static void Unmap(nint address, nint length) => Call(SyscallNumbers.munmap, address, length);

    public static nint Protect(nint address, nint length, int protection) => Call(SyscallNumbers.mprotect, address, length, protection);

    /// <summary>man 2 gettid.</summary>
    public static int ThreadId() => (int)Call(SyscallNumbers.gettid);

    /// <summary>man 2 read; the number of bytes, or <c>-errno</c>.</summary>
    public static int Read(int descriptor, byte* bytes, int count) => (int)Call(SyscallNumbers.read, descriptor, (nint)bytes, count);

    public static void Write(int descriptor, byte* bytes, int count) => Call(SyscallNumbers.write, descriptor, (nint)bytes, count);

    /// <summary>What a link says, without a NUL; its length, which is <paramref name="capacity"/> where it says more, or <c>-errno</c>.</summary>
    public static int ReadLink(byte* path, byte* text, int capacity) =>
        (int)Call(SyscallNumbers.readlinkat, Mman.AT_FDCWD, (nint)path, (nint)text, capacity);

    /// <summary>A relative sleep, in nanoseconds below one second. Not a cancellation point.</summary>
    public static void Sleep(long nanoseconds)
    {
        timespec duration;
        duration.tv_sec = 0;
        duration.tv_nsec = nanoseconds;
        Call(SyscallNumbers.nanosleep, (nint)(&duration));
    }

    public static bool IsError(nint result) => (nuint)result > unchecked((nuint)(-4096));

    /// <summary>A system call of up to three arguments; written out, since most are, and passing six takes its instructions.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Call(nint number, nint a = 0, nint b = 0, nint c = 0) => Call(number, a, b, c, 0, 0, 0);

    /// <summary>Any system call.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Call(nint number, nint a, nint b, nint c, nint d, nint e = 0, nint f = 0)
    {
        int errno = Errno.Value;
        nint result = Real.syscall(number, a, b, c, d, e, f);
        if (result == -1)
        {
            result = -Errno.Value;
            Errno.Value = errno;
        }

        return result;
    }

    private static FileIdentity IdentityOf(int descriptor, byte* path)
    {
        statx status;
        FileIdentity identity = default;
        if (Call(SyscallNumbers.statx, descriptor, (nint)path, Mman.AT_EMPTY_PATH, statx.STATX_INO, (nint)(&status)) == 0)
        {
            identity.Device = ((ulong)status.stx_dev_major << 32) | status.stx_dev_minor;
            identity.Inode = status.stx_ino;
        }

        return identity;
    }
}
