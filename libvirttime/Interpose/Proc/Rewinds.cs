using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>Interposes the functions that go back to a file's beginning, after which the kernel would make a fresh text.</summary>
/// <remarks>
/// Streams have functions of their own here, since libc seeks by calls inside libc. Data that a stream already has in its buffer stays there, as it
/// does natively.
/// </remarks>
internal static unsafe class Rewinds
{
    // A position after the end of every text.
    private const nint BehindAll = 1 << 30;

    // man 2 lseek. Here and below: another library may define a function of this name with other parameters, so all five arguments are passed on. The
    // function is the last parameter, so that the arguments stay in their registers.
    [RuntimeExport("lseek")]
    private static nint lseek(nint descriptor, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(descriptor, offset, whence, fourth, fifth, RealFunction.lseek);

    // On these architectures libc's lseek64 and lseek are the same function. In another library they may differ.
    [RuntimeExport("lseek64")]
    private static nint lseek64(nint descriptor, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(descriptor, offset, whence, fourth, fifth, Real.Or(RealFunction.lseek64, RealFunction.lseek));

    // man 2 pread
    [RuntimeExport("pread")]
    private static nint pread(nint descriptor, nint bytes, nint count, nint offset, nint fifth) =>
        Read(descriptor, bytes, count, offset, fifth, RealFunction.pread);

    [RuntimeExport("pread64")]
    private static nint pread64(nint descriptor, nint bytes, nint count, nint offset, nint fifth) =>
        Read(descriptor, bytes, count, offset, fifth, Real.Or(RealFunction.pread64, RealFunction.pread));

    // With _FORTIFY_SOURCE, programs call this in place of pread; the last argument is the buffer's size.
    [RuntimeExport("__pread_chk")]
    private static nint __pread_chk(nint descriptor, nint bytes, nint count, nint offset, nint size) =>
        Read(descriptor, bytes, count, offset, size, RealFunction.__pread_chk);

    [RuntimeExport("__pread64_chk")]
    private static nint __pread64_chk(nint descriptor, nint bytes, nint count, nint offset, nint size) =>
        __pread_chk(descriptor, bytes, count, offset, size);

    // man 3 rewind
    [RuntimeExport("rewind")]
    private static nint rewind(nint stream, nint second, nint third, nint fourth, nint fifth)
    {
        if (ProcNotes.IsAny)
            Renew(RealFunction.rewind, stream);
        return Pass(stream, second, third, fourth, fifth, RealFunction.rewind);
    }

    // man 3 fseek
    [RuntimeExport("fseek")]
    private static nint fseek(nint stream, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(stream, offset, whence, fourth, fifth, RealFunction.fseek);

    // man 3 fseeko
    [RuntimeExport("fseeko")]
    private static nint fseeko(nint stream, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(stream, offset, whence, fourth, fifth, RealFunction.fseeko);

    [RuntimeExport("fseeko64")]
    private static nint fseeko64(nint stream, nint offset, nint whence, nint fourth, nint fifth) =>
        Seek(stream, offset, whence, fourth, fifth, Real.Or(RealFunction.fseeko64, RealFunction.fseeko));

    /// <summary>Whether a raw system call is a <c>pread64</c> from the beginning, for <see cref="RawRead"/>.</summary>
    public static bool IsRawRead(nint number, nint offset) => number == SyscallNumbers.pread64 && IsBeginning(offset);

    public static nint RawRead(nint descriptor, nint bytes, nint count) =>
        Anew(descriptor, bytes, count, Real.syscall(SyscallNumbers.pread64, descriptor, bytes, count, 0));

    /// <summary>Whether a raw system call is an <c>lseek</c> that may need a fresh text, for <see cref="RawSeek"/>.</summary>
    public static bool IsRawSeek(nint number) => number == SyscallNumbers.lseek && ProcNotes.IsAny;

    public static nint RawSeek(nint descriptor, nint offset, nint whence) =>
        Sought(descriptor, offset, whence, Real.Call(RealFunction.syscall, SyscallNumbers.lseek, descriptor, offset, whence));

    /// <summary>The descriptor of a stream; −1 if it has none. Preserves <c>errno</c>.</summary>
    public static int DescriptorOf(nint stream)
    {
        int errno = Errno.Value;
        int descriptor = (int)Real.Call(RealFunction.fileno, stream);
        Errno.Value = errno;
        return descriptor;
    }

    // Seeks in a descriptor or in a stream. For a stream the text is renewed before the seek, since libc may read the file in it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Seek(nint opened, nint offset, nint whence, nint fourth, nint fifth, RealFunction function)
    {
        bool isStream = function >= RealFunction.fseek;
        if (isStream && IsBeginning(offset, whence) && !Renew(function, opened))
            return -1;
        nint position = Pass(opened, offset, whence, fourth, fifth, function);
        return isStream ? position : Sought(opened, offset, whence, position);
    }

    // Renews the text if the seek led to the beginning, from any origin; a seek by 0 that is not SEEK_SET only asks for the position. If the text
    // cannot be renewed, the position is set after its end, so that a program that ignores the error reads nothing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Sought(nint descriptor, nint offset, nint whence, nint position)
    {
        bool isBack = ProcNotes.IsAny && position == 0 && (offset != 0 || (int)whence == Mman.SEEK_SET);
        if (!isBack || Renew(descriptor))
            return position;
        Kernel.Call(SyscallNumbers.lseek, descriptor, BehindAll, Mman.SEEK_SET);
        return -1;
    }

    // Another library's function may take something else in the place of memory, so only libc's result is overwritten.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Read(nint descriptor, nint bytes, nint count, nint offset, nint fifth, RealFunction function)
    {
        bool isBeginning = IsBeginning(offset);
        bool isLibcs = isBeginning && Libraries.IsInLibc(Real.Find(function));
        if (isBeginning && !isLibcs && !Renew(descriptor))
            return -1;
        nint length = Pass(descriptor, bytes, count, offset, fifth, function);
        return isLibcs ? Anew(descriptor, bytes, count, length) : length;
    }

    // The real function runs first: it returns its own errors, and nothing of ours is left behind if the thread is cancelled in it. Another thread
    // may have renewed the text while it was read. So the buffer is filled again from one text, as the kernel gives each reader a text of its own.
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

    // The notes are asked first: as long as there are none, the library need not be ready.
    private static bool IsBeginning(nint offset, nint whence = Mman.SEEK_SET) => ProcNotes.IsAny && offset == 0 && (int)whence == Mman.SEEK_SET;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Renew(nint descriptor) => Errno.Return(ProcFile.Renew((int)descriptor)) == 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Renew(RealFunction function, nint stream) =>
        !Libraries.IsInLibc(Real.Find(function)) || Renew(DescriptorOf(stream));

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Pass(nint a, nint b, nint c, nint d, nint e, RealFunction function)
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
