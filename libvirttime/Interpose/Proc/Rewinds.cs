using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Interpose.Lookup;
using VirtTime.Libc;

namespace VirtTime.Interpose.Proc;

/// <summary>
/// Going back to a file's beginning, after which the kernel tells anew. Streams too: libc seeks inside, where it meets no function of ours. What it
/// still has in its buffer is its own affair, as it is natively.
/// </summary>
internal static unsafe class Rewinds
{
    // man 2 lseek. Here and below: a library may have a function of its own by this name, which gets what it takes.
    [RuntimeExport("lseek")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint lseek(nint descriptor, nint offset, nint whence, nint fourth, nint fifth) =>
        IsBeginning(offset, whence) && !Renew(descriptor) ? -1 : Pass(RealFunction.lseek, descriptor, offset, whence, fourth, fifth);

    // Whatever ends in 64 is the same function on these architectures, and the newer musl has no such names. A jump to it, not a second copy.
    [RuntimeExport("lseek64")]
    private static nint lseek64(nint descriptor, nint offset, nint whence, nint fourth, nint fifth) => lseek(descriptor, offset, whence, fourth, fifth);

    // man 2 pread
    [RuntimeExport("pread")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint pread(nint descriptor, nint bytes, nint count, nint offset, nint fifth) =>
        IsBeginning(offset) && !Renew(descriptor) ? -1 : Pass(RealFunction.pread, descriptor, bytes, count, offset, fifth);

    [RuntimeExport("pread64")]
    private static nint pread64(nint descriptor, nint bytes, nint count, nint offset, nint fifth) => pread(descriptor, bytes, count, offset, fifth);

    // What _FORTIFY_SOURCE makes of it; the last argument is the buffer's size.
    [RuntimeExport("__pread_chk")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint __pread_chk(nint descriptor, nint bytes, nint count, nint offset, nint size) =>
        IsBeginning(offset) && !Renew(descriptor) ? -1 : Pass(RealFunction.__pread_chk, descriptor, bytes, count, offset, size);

    [RuntimeExport("__pread64_chk")]
    private static nint __pread64_chk(nint descriptor, nint bytes, nint count, nint offset, nint size) =>
        __pread_chk(descriptor, bytes, count, offset, size);

    // man 3 rewind
    [RuntimeExport("rewind")]
    private static nint rewind(nint stream, nint second, nint third, nint fourth, nint fifth)
    {
        if (ProcNotes.IsAny)
            Renew(RealFunction.rewind, stream);
        return Pass(RealFunction.rewind, stream, second, third, fourth, fifth);
    }

    // man 3 fseek
    [RuntimeExport("fseek")]
    private static nint fseek(nint stream, nint offset, nint whence, nint fourth, nint fifth) =>
        IsBeginning(offset, whence) && !Renew(RealFunction.fseek, stream) ? -1 : Pass(RealFunction.fseek, stream, offset, whence, fourth, fifth);

    // man 3 fseeko
    [RuntimeExport("fseeko")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint fseeko(nint stream, nint offset, nint whence, nint fourth, nint fifth) =>
        IsBeginning(offset, whence) && !Renew(RealFunction.fseeko, stream) ? -1 : Pass(RealFunction.fseeko, stream, offset, whence, fourth, fifth);

    [RuntimeExport("fseeko64")]
    private static nint fseeko64(nint stream, nint offset, nint whence, nint fourth, nint fifth) => fseeko(stream, offset, whence, fourth, fifth);

    /// <summary>What <c>syscall(SYS_lseek, …)</c> and <c>SYS_pread64</c> need before they are passed on. False where they have failed.</summary>
    public static bool BeforeRaw(nint number, nint a, nint b, nint c, nint d) =>
        !(number == SyscallNumbers.lseek ? IsBeginning(b, c) : number == SyscallNumbers.pread64 && IsBeginning(d)) || Renew(a);

    /// <summary>The descriptor of a stream; −1 for one that has none.</summary>
    public static int DescriptorOf(nint stream)
    {
        int errno = Errno.Value;
        int descriptor = (int)Real.Call(RealFunction.fileno, stream);
        Errno.Value = errno;
        return descriptor;
    }

    // Before anything is noted, the library need not be ready.
    private static bool IsBeginning(nint offset, nint whence = Mman.SEEK_SET) => ProcNotes.IsAny && offset == 0 && (int)whence == Mman.SEEK_SET;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Renew(nint descriptor) => Errno.Return(ProcFile.Renew((int)descriptor)) == 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Renew(RealFunction function, nint stream) =>
        !Libraries.IsInLibc(Real.Find(function)) || Renew(DescriptorOf(stream));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Pass(RealFunction function, nint a, nint b, nint c, nint d, nint e)
    {
        nint real = Real.Find(function);
        if (real == 0)
        {
            Startup.Ensure();
            real = Real.AddressOf(function);
        }

        return ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint>)real)(a, b, c, d, e);
    }
}
