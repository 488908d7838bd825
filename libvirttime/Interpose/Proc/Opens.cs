using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>Interposes the functions that open a file.</summary>
/// <remarks>
/// The real function runs first. So it decides whether there is a file, whether the program may open it, and whether the path can be read. Afterwards
/// the first bytes of the path rule out nearly all files that need no shift.
/// </remarks>
internal static unsafe class Opens
{
    // libc's own functions; 0 until Prepare has run, and if the real function is another library's.
    private static nint s_open;
    private static nint s_openat;
    private static nint s_open64;
    private static nint s_openat64;

    /// <summary>
    /// Stores libc's own functions, which <c>open</c> and its relatives call directly. Run after <see cref="Libraries.Note"/>. May run several times,
    /// also in several threads: it stores the same values.
    /// </summary>
    public static void Prepare()
    {
        s_open = ShortWay(RealFunction.open);
        s_openat = ShortWay(RealFunction.openat);
        s_open64 = ShortWay(RealFunction.open64);
        s_openat64 = ShortWay(RealFunction.openat64);
    }

    // man 2 open; variadic in C, but x86-64 and arm64 pass integers the same way as in other calls. If another library defines a function of this
    // name, that is the real function, which may have other parameters. So Open passes all five arguments on.
    [RuntimeExport("open")]
    private static nint open(nint path, nint flags, nint mode, nint fourth, nint fifth)
    {
        nint real = s_open;
        if (real == 0 || !CompilerContract.CanCallAsManaged(real))
            return Open(path, flags, mode, fourth, fifth, RealFunction.open);
        nint opened = ((delegate*<nint, nint, nint, nint>)real)(path, flags, mode);
        if ((int)opened < 0 || ProcPath.LeadsElsewhere((byte*)path))
            return opened;
        return Consider(RealFunction.open, opened, path);
    }

    // On these architectures libc's open64 and open are the same function. In another library they may differ.
    [RuntimeExport("open64")]
    private static nint open64(nint path, nint flags, nint mode, nint fourth, nint fifth)
    {
        if (s_open64 == 0)
            return OpenWide(RealFunction.open64, RealFunction.open, path, flags, mode, fourth, fifth);
        return open(path, flags, mode, fourth, fifth);
    }

    // man 2 openat
    [RuntimeExport("openat")]
    private static nint openat(nint directory, nint path, nint flags, nint mode, nint fifth)
    {
        nint real = s_openat;
        if (real == 0 || !CompilerContract.CanCallAsManaged(real))
            return Open(directory, path, flags, mode, fifth, RealFunction.openat);
        nint opened = ((delegate*<nint, nint, nint, nint, nint>)real)(directory, path, flags, mode);
        if ((int)opened < 0 || ProcPath.LeadsElsewhere((byte*)path))
            return opened;
        return Consider(RealFunction.openat, opened, path);
    }

    [RuntimeExport("openat64")]
    private static nint openat64(nint directory, nint path, nint flags, nint mode, nint fifth)
    {
        if (s_openat64 == 0)
            return OpenWide(RealFunction.openat64, RealFunction.openat, directory, path, flags, mode, fifth);
        return openat(directory, path, flags, mode, fifth);
    }

    // man 2 openat2 (glibc 2.43). A program may refer to openat2 weakly, because older libcs lack it. With this library the reference is never null,
    // so if libc has no openat2, this function makes the system call.
    [RuntimeExport("openat2")]
    private static nint openat2(nint directory, nint path, nint how, nint size, nint fifth)
    {
        Startup.Ensure();
        return Real.FindNow(RealFunction.openat2) != 0
            ? Open(directory, path, how, size, fifth, RealFunction.openat2)
            : Raw(SyscallNumbers.openat2, directory, path, how, size);
    }

    // With _FORTIFY_SOURCE, programs call this function and the next three if they pass no mode.
    [RuntimeExport("__open_2")]
    private static nint __open_2(nint path, nint flags) => Open(path, flags, 0, 0, 0, RealFunction.__open_2);

    [RuntimeExport("__open64_2")]
    private static nint __open64_2(nint path, nint flags) => Open(path, flags, 0, 0, 0, RealFunction.__open_2);

    [RuntimeExport("__openat_2")]
    private static nint __openat_2(nint directory, nint path, nint flags) => Open(directory, path, flags, 0, 0, RealFunction.__openat_2);

    [RuntimeExport("__openat64_2")]
    private static nint __openat64_2(nint directory, nint path, nint flags) => Open(directory, path, flags, 0, 0, RealFunction.__openat_2);

    // man 3 fopen. libc opens the file by a call inside libc, which cannot be interposed. So the file is replaced behind the stream's descriptor.
    [RuntimeExport("fopen")]
    private static nint fopen(nint path, nint mode, nint third, nint fourth, nint fifth) => Open(path, mode, third, fourth, fifth, RealFunction.fopen);

    [RuntimeExport("fopen64")]
    private static nint fopen64(nint path, nint mode, nint third, nint fourth, nint fifth) =>
        OpenWide(RealFunction.fopen64, RealFunction.fopen, path, mode, third, fourth, fifth);

    // man 3 freopen; without a path it changes the mode of the open file
    [RuntimeExport("freopen")]
    private static nint freopen(nint path, nint mode, nint stream, nint fourth, nint fifth) =>
        Open(path, mode, stream, fourth, fifth, RealFunction.freopen);

    [RuntimeExport("freopen64")]
    private static nint freopen64(nint path, nint mode, nint stream, nint fourth, nint fifth) =>
        OpenWide(RealFunction.freopen64, RealFunction.freopen, path, mode, stream, fourth, fifth);

    public static bool IsRaw(nint number) =>
        number is SyscallNumbers.openat or SyscallNumbers.openat2 || (number == SyscallNumbers.open && number >= 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Raw(nint number, nint a, nint b, nint c, nint d)
    {
        nint descriptor = Real.syscall(number, a, b, c, d);
        return Opened(RealFunction.syscall, descriptor, number == SyscallNumbers.open ? a : b);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint ShortWay(RealFunction function)
    {
        nint real = Real.Find(function);
        return Libraries.IsInLibc(real) ? real : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint OpenWide(RealFunction function, RealFunction instead, nint a, nint b, nint c, nint d, nint e)
    {
        Startup.Ensure();
        return Open(a, b, c, d, e, Real.Or(function, instead));
    }

    // Another library's function may take something else in the place of a path, so the path is looked at only if it can be read.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Open(nint a, nint b, nint c, nint d, nint e, RealFunction function)
    {
        Startup.Ensure();
        nint real = Real.AddressOf(function);
        nint opened = ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint>)real)(a, b, c, d, e);
        nint path = function is >= RealFunction.openat and <= RealFunction.openat2 ? b : a;
        return Libraries.IsInLibc(real) || UserMemory.IsReadable((void*)(path & ~3)) ? Opened(function, opened, path) : opened;
    }

    // The opened value is a stream for fopen and all functions after it in RealFunction, otherwise a descriptor.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Opened(RealFunction function, nint opened, nint path)
    {
        if (path == 0 && opened != 0 && function >= RealFunction.fopen)
            return Reopened(function, opened);
        bool isOpen = function >= RealFunction.fopen ? opened != 0 : (int)opened >= 0;
        return isOpen && !ProcPath.LeadsElsewhere((byte*)path) ? Consider(function, opened, path) : opened;
    }

    // Looks at the first bytes of a path that LeadsElsewhere does not rule out. The working directory may be /proc or below it, so relative paths
    // count. All calls here are in tail position and become jumps, so other paths cost only these comparisons. They are written out, which makes the
    // function too long to be inlined.
    private static nint Consider(RealFunction function, nint opened, nint path)
    {
        byte* name = (byte*)path;
        while (*name is (byte)'/' or (byte)'.')
            name++;
        if (name[0] == 'p' && name[1] == 'r' && name[2] == 'o' && name[3] == 'c' && name[4] == '/')
            name += 5;
        else if (*(byte*)path == '/')
            return opened;
        if (name[0] == 's' ? (name[1] == 't' && name[2] == 'a') || (name[1] == 'e' && name[2] == 'l')
            : name[0] == 't' ? (name[1] == 'a' && name[2] == 's') || (name[1] == 'h' && name[2] == 'r')
            : name[0] == 'u' ? name[1] == 'p' && name[2] == 't'
            : name[0] is >= (byte)'.' and <= (byte)'9')
            return Replace(function, opened, path);
        return opened;
    }

    // If the shifted text cannot be made, opening fails with that error, since the program would read the host's time in the real file.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Replace(RealFunction function, nint opened, nint path)
    {
        Startup.Ensure();
        if (!ProcPath.EndsLikeOne((byte*)path))
            return opened;
        bool isStream = function >= RealFunction.fopen;
        return Outcome(function, opened, ProcFile.Replace(isStream ? Rewinds.DescriptorOf(opened) : (int)opened, (byte*)path));
    }

    // freopen without a path: libc has opened the same file again, by its name in /proc. The kernel would make a fresh text for the real file, so
    // the text of our memory file is made again too.
    private static nint Reopened(RealFunction function, nint stream)
    {
        if (!ProcNotes.IsAny)
            return stream;
        int descriptor = Rewinds.DescriptorOf(stream);
        if (ProcNotes.Of(descriptor) == 0)
            ProcNotes.Note(descriptor, ProcKind.Other);
        return Outcome(function, stream, ProcFile.Renew(descriptor));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Outcome(RealFunction function, nint opened, int error)
    {
        if (error == 0)
            return opened;
        bool isStream = function >= RealFunction.fopen;
        if (isStream)
            Real.Call(RealFunction.fclose, opened);
        else
            Kernel.Close((int)opened);
        Errno.Return(error);
        return isStream ? 0 : -1;
    }
}
