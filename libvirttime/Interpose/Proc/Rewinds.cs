using System.Runtime;
using VirtTime.Interpose.Lookup;
using VirtTime.Libc;

namespace VirtTime.Interpose.Proc;

/// <summary>
/// Going back to a file's beginning, after which the kernel tells anew. All other seeking and reading is left by a jump: <c>pread</c> is a cancellation
/// point that we need not be seen in.
/// </summary>
internal static unsafe class Rewinds
{
    // man 2 lseek
    [RuntimeExport("lseek")]
    private static nint lseek(nint descriptor, nint offset, nint whence)
    {
        Startup.Ensure();
        int error = BeforeSeek(descriptor, offset, whence);
        if (error != 0)
            return Errno.Return(error);
        nint real = Real.AddressOf(RealFunction.lseek);
        if (!CompilerContract.CanCallAsManaged(real))
            return Real.Call(RealFunction.lseek, descriptor, offset, whence);
        return ((delegate*<nint, nint, nint, nint>)real)(descriptor, offset, whence);
    }

    [RuntimeExport("lseek64")]
    private static nint lseek64(nint descriptor, nint offset, nint whence)
    {
        Startup.Ensure();
        int error = BeforeSeek(descriptor, offset, whence);
        if (error != 0)
            return Errno.Return(error);
        nint real = Real.AddressOf(RealFunction.lseek64);
        if (!CompilerContract.CanCallAsManaged(real))
            return Real.Call(RealFunction.lseek64, descriptor, offset, whence);
        return ((delegate*<nint, nint, nint, nint>)real)(descriptor, offset, whence);
    }

    // man 2 pread
    [RuntimeExport("pread")]
    private static nint pread(nint descriptor, nint bytes, nint count, nint offset) => Read(RealFunction.pread, descriptor, bytes, count, offset, 0);

    [RuntimeExport("pread64")]
    private static nint pread64(nint descriptor, nint bytes, nint count, nint offset) => Read(RealFunction.pread64, descriptor, bytes, count, offset, 0);

    // What _FORTIFY_SOURCE makes of it; the last argument is the buffer's size.
    [RuntimeExport("__pread_chk")]
    private static nint __pread_chk(nint descriptor, nint bytes, nint count, nint offset, nint size) =>
        Read(RealFunction.__pread_chk, descriptor, bytes, count, offset, size);

    [RuntimeExport("__pread64_chk")]
    private static nint __pread64_chk(nint descriptor, nint bytes, nint count, nint offset, nint size) =>
        Read(RealFunction.__pread64_chk, descriptor, bytes, count, offset, size);

    /// <summary>What <c>syscall(SYS_lseek, …)</c> and <c>SYS_pread64</c> need before they are passed on: 0, or <c>-errno</c>.</summary>
    public static int Before(nint number, nint a, nint b, nint c, nint d) =>
        number == SyscallNumbers.lseek ? BeforeSeek(a, b, c)
        : number == SyscallNumbers.pread64 && d == 0 ? BeforeRead(a)
        : 0;

    private static nint Read(RealFunction function, nint descriptor, nint bytes, nint count, nint offset, nint size)
    {
        Startup.Ensure();
        int error = offset == 0 ? BeforeRead(descriptor) : 0;
        if (error != 0)
            return Errno.Return(error);
        nint real = Real.AddressOf(function);
        if (!CompilerContract.CanCallAsManaged(real))
            return ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint>)real)(descriptor, bytes, count, offset, size);
        return ((delegate*<nint, nint, nint, nint, nint, nint>)real)(descriptor, bytes, count, offset, size);
    }

    private static int BeforeSeek(nint descriptor, nint offset, nint whence) =>
        ProcNotes.IsAny && offset == 0 && (int)whence == Mman.SEEK_SET ? ProcFile.Renew((int)descriptor) : 0;

    private static int BeforeRead(nint descriptor) => ProcNotes.IsAny ? ProcFile.Renew((int)descriptor) : 0;
}
