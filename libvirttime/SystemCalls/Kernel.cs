using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Format;
using VirtTime.Libc;

namespace VirtTime.SystemCalls;

/// <summary>The library's own system calls. They go to the kernel directly and return <c>-errno</c> on failure.</summary>
/// <remarks>
/// So they call no libc function that another library may have interposed, are no cancellation points, and leave <c>errno</c> as it is.
/// </remarks>
internal static unsafe class Kernel
{
    public static int Open(byte* path, int flags) => (int)Call(SyscallNumbers.openat, Mman.AT_FDCWD, (nint)path, flags);

    public static void Close(int descriptor) => Call(SyscallNumbers.close, descriptor);

    /// <summary>The size of an open file in bytes; negative if it cannot seek. Moves the position to the end.</summary>
    public static long SizeOf(int descriptor) => Call(SyscallNumbers.lseek, descriptor, 0, Mman.SEEK_END);

    /// <summary>Device and inode of an open file; all zero if the kernel does not tell (before 4.11).</summary>
    public static FileIdentity IdentityOf(int descriptor)
    {
        byte none = 0;
        return IdentityOf(descriptor, &none);
    }

    /// <summary>Device and inode of the file that a path leads to.</summary>
    public static FileIdentity IdentityOf(byte* path) => IdentityOf(Mman.AT_FDCWD, path);

    /// <summary>man 2 mmap; a result from −4095 to −1 is an error.</summary>
    public static nint Map(nint address, nint length, int protection, int flags, int descriptor, long position) =>
        Call(SyscallNumbers.mmap, address, length, protection, flags, descriptor, (nint)position);

    public static void Unmap(nint address, nint length) => Call(SyscallNumbers.munmap, address, length);

    public static nint Protect(nint address, nint length, int protection) => Call(SyscallNumbers.mprotect, address, length, protection);

    /// <summary>man 2 gettid.</summary>
    public static int ThreadId() => (int)Call(SyscallNumbers.gettid);

    /// <summary>man 2 read; returns the number of bytes, or <c>-errno</c>.</summary>
    public static int Read(int descriptor, byte* bytes, int count) => (int)Call(SyscallNumbers.read, descriptor, (nint)bytes, count);

    public static void Write(int descriptor, byte* bytes, int count) => Call(SyscallNumbers.write, descriptor, (nint)bytes, count);

    /// <summary>
    /// Reads a symbolic link, without a NUL. Returns its length, <paramref name="capacity"/> if it is longer than that, or <c>-errno</c>.
    /// </summary>
    public static int ReadLink(byte* path, byte* text, int capacity) =>
        (int)Call(SyscallNumbers.readlinkat, Mman.AT_FDCWD, (nint)path, (nint)text, capacity);

    /// <summary>Sleeps for some nanoseconds, less than one second. Not a cancellation point.</summary>
    public static void Sleep(long nanoseconds)
    {
        timespec duration;
        duration.tv_sec = 0;
        duration.tv_nsec = nanoseconds;
        Call(SyscallNumbers.nanosleep, (nint)(&duration));
    }

    public static bool IsError(nint result) => (nuint)result > unchecked((nuint)(-4096));

    /// <summary>A system call of up to three arguments (system_call.x64.s, system_call.arm64.s).</summary>
    [RuntimeImport("*", "virttime_system_call")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    public static extern nint Call(nint number, nint a = 0, nint b = 0, nint c = 0);

    /// <summary>Any system call.</summary>
    [RuntimeImport("*", "virttime_system_call")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    public static extern nint Call(nint number, nint a, nint b, nint c, nint d, nint e = 0, nint f = 0);

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
