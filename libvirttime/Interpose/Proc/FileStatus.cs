using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>Makes <c>fstat</c> and <c>statx</c> of one of our memory files describe the real file that it stands for.</summary>
/// <remarks>
/// <c>cp</c> and similar programs compare the result with the status of the path. Another inode would tell them that the file was replaced. A
/// descriptor of any other file costs one look at the notes. Another library may define a function of one of these names with other parameters, so
/// all five arguments are passed on.
/// </remarks>
internal static unsafe class FileStatus
{
    // man 2 fstat
    [RuntimeExport("fstat")]
    private static nint fstat(nint descriptor, nint status, nint third, nint fourth, nint fifth) =>
        Ask(descriptor, status, third, fourth, fifth, RealFunction.fstat);

    [RuntimeExport("fstat64")]
    private static nint fstat64(nint descriptor, nint status, nint third, nint fourth, nint fifth) =>
        Ask(descriptor, status, third, fourth, fifth, Real.Or(RealFunction.fstat64, RealFunction.fstat));

    // Programs that were built with a glibc before 2.33 call this and __fxstat64.
    [RuntimeExport("__fxstat")]
    private static nint __fxstat(nint version, nint descriptor, nint status, nint fourth, nint fifth) =>
        Ask(version, descriptor, status, fourth, fifth, RealFunction.__fxstat);

    [RuntimeExport("__fxstat64")]
    private static nint __fxstat64(nint version, nint descriptor, nint status, nint fourth, nint fifth) =>
        Ask(version, descriptor, status, fourth, fifth, RealFunction.__fxstat64);

    // man 2 statx; with an empty path it describes the descriptor's file
    [RuntimeExport("statx")]
    private static nint statx(nint directory, nint path, nint flags, nint mask, nint status) =>
        Ask(directory, path, flags, mask, status, RealFunction.statx);

    // For any other file the function ends with a jump. Returning through one more frame after a system call would take longer than everything else
    // here.
    private static nint Ask(nint a, nint b, nint c, nint d, nint e, RealFunction function)
    {
        nint real = Real.Find(function);
        bool isOld = function is RealFunction.__fxstat or RealFunction.__fxstat64;
        if (real == 0 || !CompilerContract.CanCallAsManaged(real) || ProcNotes.IsOfText(ProcNotes.Of((int)(isOld ? b : a))))
            return AskAndCorrect(a, b, c, d, e, function);
        return ((delegate*<nint, nint, nint, nint, nint, nint>)real)(a, b, c, d, e);
    }

    // If the real file cannot be reached, the result describes the memory file.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint AskAndCorrect(nint a, nint b, nint c, nint d, nint e, RealFunction function)
    {
        nint result = Rewinds.Pass(a, b, c, d, e, function);
        if ((int)result != 0 || !Libraries.IsInLibc(Real.Find(function)))
            return result;
        bool isExtended = function == RealFunction.statx;
        bool isOld = function is RealFunction.__fxstat or RealFunction.__fxstat64;
        if (isExtended && ((c & Mman.AT_EMPTY_PATH) == 0 || (b != 0 && *(byte*)b != 0)))
            return result;
        byte* link = stackalloc byte[ProcPath.Capacity];
        byte* path = ProcFile.OriginalOf((int)(isOld ? b : a), link);
        if (path == null)
            return result;
        if (isExtended)
            Kernel.Call(SyscallNumbers.statx, Mman.AT_FDCWD, (nint)path, 0, d, e);
        else
            Kernel.Call(SyscallNumbers.newfstatat, Mman.AT_FDCWD, (nint)path, isOld ? c : b, 0);
        return result;
    }
}
