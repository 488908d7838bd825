using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Interpose.Lookup;
using VirtTime.Libc;

namespace VirtTime.Interpose.Proc;

/// <summary>
/// Opening a file. The real function goes first: it says whether there is a file, and with what right, and that the path can be read. All but a few
/// paths are told by their first bytes afterwards, and are left alone.
/// </summary>
internal static unsafe class Opens
{
    // libc's own; 0 while the library is not ready, and where another library comes between.
    private static nint s_open;
    private static nint s_openat;
    private static nint s_open64;
    private static nint s_openat64;

    /// <summary>Notes where to go the short way, once it is known what is libc's. Same outcome each time.</summary>
    public static void Prepare()
    {
        s_open = ShortWay(RealFunction.open);
        s_openat = ShortWay(RealFunction.openat);
        s_open64 = ShortWay(RealFunction.open64);
        s_openat64 = ShortWay(RealFunction.openat64);
    }

    // man 2 open; variadic in C, which makes no difference for integers on x86-64 and arm64. A library may have a function of its own by this name, for
    // other things, which is then what comes next: it gets what it takes.
    [RuntimeExport("open")]
    private static nint open(nint path, nint flags, nint mode, nint fourth, nint fifth)
    {
        nint real = s_open;
        if (real == 0 || !CompilerContract.CanCallAsManaged(real))
            return Open(RealFunction.open, path, flags, mode, fourth, fifth);
        nint opened = ((delegate*<nint, nint, nint, nint>)real)(path, flags, mode);
        if ((int)opened < 0 || ProcPath.LeadsElsewhere((byte*)path))
            return opened;
        return Consider(RealFunction.open, opened, path);
    }

    // Whatever ends in 64 is the same function on these architectures in libc, and may be another one of a library between.
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
            return Open(RealFunction.openat, directory, path, flags, mode, fifth);
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

    // man 2 openat2 (glibc 2.43); a program that refers to it weakly, for libcs without it, finds ours, which then has to do it
    [RuntimeExport("openat2")]
    private static nint openat2(nint directory, nint path, nint how, nint size, nint fifth)
    {
        Startup.Ensure();
        return Real.FindNow(RealFunction.openat2) != 0
            ? Open(RealFunction.openat2, directory, path, how, size, fifth)
            : Raw(SyscallNumbers.openat2, directory, path, how, size);
    }

    // What _FORTIFY_SOURCE makes of them without a mode.
    [RuntimeExport("__open_2")]
    private static nint __open_2(nint path, nint flags) => Open(RealFunction.__open_2, path, flags, 0, 0, 0);

    [RuntimeExport("__open64_2")]
    private static nint __open64_2(nint path, nint flags) => Open(RealFunction.__open_2, path, flags, 0, 0, 0);

    [RuntimeExport("__openat_2")]
    private static nint __openat_2(nint directory, nint path, nint flags) => Open(RealFunction.__openat_2, directory, path, flags, 0, 0);

    [RuntimeExport("__openat64_2")]
    private static nint __openat64_2(nint directory, nint path, nint flags) => Open(RealFunction.__openat_2, directory, path, flags, 0, 0);

    // man 3 fopen. libc opens inside, where it meets no function of ours; so it is done to the stream's descriptor.
    [RuntimeExport("fopen")]
    private static nint fopen(nint path, nint mode, nint third, nint fourth, nint fifth) => Open(RealFunction.fopen, path, mode, third, fourth, fifth);

    [RuntimeExport("fopen64")]
    private static nint fopen64(nint path, nint mode, nint third, nint fourth, nint fifth) =>
        OpenWide(RealFunction.fopen64, RealFunction.fopen, path, mode, third, fourth, fifth);

    // man 3 freopen; without a path it changes the mode of what is open
    [RuntimeExport("freopen")]
    private static nint freopen(nint path, nint mode, nint stream, nint fourth, nint fifth) =>
        Open(RealFunction.freopen, path, mode, stream, fourth, fifth);

    [RuntimeExport("freopen64")]
    private static nint freopen64(nint path, nint mode, nint stream, nint fourth, nint fifth) =>
        OpenWide(RealFunction.freopen64, RealFunction.freopen, path, mode, stream, fourth, fifth);

    public static bool IsRaw(nint number) =>
        number is SyscallNumbers.openat or SyscallNumbers.openat2 || (number == SyscallNumbers.open && number >= 0);

    /// <summary><c>syscall(SYS_open, …)</c> and its relatives.</summary>
    public static nint Raw(nint number, nint a, nint b, nint c, nint d)
    {
        nint descriptor = Real.syscall(number, a, b, c, d);
        return Opened(RealFunction.syscall, descriptor, number == SyscallNumbers.open ? a : b);
    }

    private static nint ShortWay(RealFunction function)
    {
        nint real = Real.Find(function);
        return Libraries.IsInLibc(real) ? real : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint OpenWide(RealFunction function, RealFunction instead, nint a, nint b, nint c, nint d, nint e)
    {
        Startup.Ensure();
        return Open(Real.Or(function, instead), a, b, c, d, e);
    }

    // What is not libc's own may take something else than a path.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Open(RealFunction function, nint a, nint b, nint c, nint d, nint e)
    {
        Startup.Ensure();
        nint real = Real.AddressOf(function);
        nint opened = ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint>)real)(a, b, c, d, e);
        nint path = function is >= RealFunction.openat and <= RealFunction.openat2 ? b : a;
        return Libraries.IsInLibc(real) || UserMemory.IsReadable((void*)(path & ~3)) ? Opened(function, opened, path) : opened;
    }

    // A descriptor or a stream.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Opened(RealFunction function, nint opened, nint path)
    {
        bool isOpen = function >= RealFunction.fopen ? opened != 0 && path != 0 : (int)opened >= 0;
        return isOpen && !ProcPath.LeadsElsewhere((byte*)path) ? Consider(function, opened, path) : opened;
    }

    // By the first bytes of what does not lead elsewhere; a relative path may begin anywhere below /proc. Nothing but jumps, so that only what is one
    // of them pays for more than the look, and written out, so that it is too long to be inlined.
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

    // Fails where the true time would be seen: with what kept the other from being there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Replace(RealFunction function, nint opened, nint path)
    {
        Startup.Ensure();
        bool isStream = function >= RealFunction.fopen;
        if (!ProcPath.EndsLikeOne((byte*)path))
            return opened;
        int error = ProcFile.Replace(isStream ? Rewinds.DescriptorOf(opened) : (int)opened, (byte*)path);
        if (error == 0)
            return opened;
        if (isStream)
            Real.Call(RealFunction.fclose, opened);
        else
            Kernel.Close((int)opened);
        Errno.Return(error);
        return isStream ? 0 : -1;
    }
}
