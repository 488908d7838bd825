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
    private static nint lseek(nint descriptor, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(RealFunction.lseek, descriptor, offset, whence, fourth, fifth);

    // Whatever ends in 64 is the same function on these architectures in libc, and may be another one of a library between.
    [RuntimeExport("lseek64")]
    private static nint lseek64(nint descriptor, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(Real.Or(RealFunction.lseek64, RealFunction.lseek), descriptor, offset, whence, fourth, fifth);

    // man 2 pread
    [RuntimeExport("pread")]
    private static nint pread(nint descriptor, nint bytes, nint count, nint offset, nint fifth) =>
        Read(RealFunction.pread, descriptor, bytes, count, offset, fifth);

    [RuntimeExport("pread64")]
    private static nint pread64(nint descriptor, nint bytes, nint count, nint offset, nint fifth) =>
        Read(Real.Or(RealFunction.pread64, RealFunction.pread), descriptor, bytes, count, offset, fifth);

    // What _FORTIFY_SOURCE makes of it; the last argument is the buffer's size.
    [RuntimeExport("__pread_chk")]
    private static nint __pread_chk(nint descriptor, nint bytes, nint count, nint offset, nint size) =>
        Read(RealFunction.__pread_chk, descriptor, bytes, count, offset, size);

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
        Seek(RealFunction.fseek, stream, offset, whence, fourth, fifth);

    // man 3 fseeko
    [RuntimeExport("fseeko")]
    private static nint fseeko(nint stream, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(RealFunction.fseeko, stream, offset, whence, fourth, fifth);

    [RuntimeExport("fseeko64")]
    private static nint fseeko64(nint stream, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(Real.Or(RealFunction.fseeko64, RealFunction.fseeko), stream, offset, whence, fourth, fifth);

    /// <summary>Whether <c>syscall(SYS_pread64, …)</c> is for <see cref="RawRead"/>.</summary>
    public static bool IsRawRead(nint number, nint offset) => number == SyscallNumbers.pread64 && IsBeginning(offset);

    public static nint RawRead(nint descriptor, nint bytes, nint count) =>
        Anew(descriptor, bytes, count, Real.syscall(SyscallNumbers.pread64, descriptor, bytes, count, 0));

    /// <summary>What <c>syscall(SYS_lseek, …)</c> needs before it is passed on. False where it has failed.</summary>
    public static bool BeforeRaw(nint number, nint a, nint b, nint c) => number != SyscallNumbers.lseek || !IsBeginning(b, c) || Renew(a);

    /// <summary>The descriptor of a stream; −1 for one that has none.</summary>
    public static int DescriptorOf(nint stream)
    {
        int errno = Errno.Value;
        int descriptor = (int)Real.Call(RealFunction.fileno, stream);
        Errno.Value = errno;
        return descriptor;
    }

    // Of a descriptor, or of a stream.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Seek(RealFunction function, nint opened, nint offset, nint whence, nint fourth, nint fifth)
    {
        bool isRenewed = !IsBeginning(offset, whence) || (function >= RealFunction.fseek ? Renew(function, opened) : Renew(opened));
        return isRenewed ? Pass(function, opened, offset, whence, fourth, fifth) : -1;
    }

    // What is not libc's own may take something else than memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Read(RealFunction function, nint descriptor, nint bytes, nint count, nint offset, nint fifth)
    {
        bool isBeginning = IsBeginning(offset);
        bool isLibcs = isBeginning && Libraries.IsInLibc(Real.Find(function));
        if (isBeginning && !isLibcs && !Renew(descriptor))
            return -1;
        nint length = Pass(function, descriptor, bytes, count, offset, fifth);
        return isLibcs ? Anew(descriptor, bytes, count, length) : length;
    }

    // The real function goes first: it has the errors, and where a thread is cancelled nothing of ours is left behind. What it read may be what
    // another thread was just renewing, as the file is shared; the kernel gives each reader a text of his own.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Anew(nint descriptor, nint bytes, nint count, nint length)
    {
        if (length < 0)
            return length;
        ProcAnswer answer;
        answer.Bytes = (byte*)bytes;
        answer.Room = count;
        answer.Length = length;
        return Errno.Return(ProcFile.Renew((int)descriptor, &answer)) == 0 ? answer.Length : -1;
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
