using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>
/// Which file a descriptor is: of a text of ours, the one that it stands for. <c>cp</c> and its like compare that with what the path leads to, and take
/// another inode for a file that was exchanged.
/// </summary>
/// <remarks>
/// What is no text of ours pays for a look at the notes. As elsewhere, a library may have a function of its own by such a name.
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

    // What programs call that were built with a glibc before 2.33.
    [RuntimeExport("__fxstat")]
    private static nint __fxstat(nint version, nint descriptor, nint status, nint fourth, nint fifth) =>
        Ask(version, descriptor, status, fourth, fifth, RealFunction.__fxstat);

    [RuntimeExport("__fxstat64")]
    private static nint __fxstat64(nint version, nint descriptor, nint status, nint fourth, nint fifth) =>
        Ask(version, descriptor, status, fourth, fifth, RealFunction.__fxstat64);

    // man 2 statx; with an empty path it asks for the descriptor's file
    [RuntimeExport("statx")]
    private static nint statx(nint directory, nint path, nint flags, nint mask, nint status) =>
        Ask(directory, path, flags, mask, status, RealFunction.statx);

    // All but texts of ours are left by a jump: after a system call each return of ours would take longer than all the rest.
    private static nint Ask(nint a, nint b, nint c, nint d, nint e, RealFunction function)
    {
        nint real = Real.Find(function);
        bool isOld = function is RealFunction.__fxstat or RealFunction.__fxstat64;
        if (real == 0 || !CompilerContract.CanCallAsManaged(real) || ProcNotes.IsOfText(ProcNotes.Of((int)(isOld ? b : a))))
            return AskAndCorrect(a, b, c, d, e, function);
        return ((delegate*<nint, nint, nint, nint, nint, nint>)real)(a, b, c, d, e);
    }

    // What is out of reach shows the file in memory.
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
