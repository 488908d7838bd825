using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Interpose.Lookup;
using VirtTime.Libc;

namespace VirtTime.Interpose.Proc;

/// <summary>
/// Opening a file. The real function goes first: it says whether there is a file, and with what right, and that the path can be read. All but a few paths
/// are told by their first bytes afterwards, and are left alone.
/// </summary>
internal static unsafe class Opens
{
    // man 2 open; variadic in C, which makes no difference for integers on x86-64 and arm64
    [RuntimeExport("open")]
    private static int open(byte* path, int flags, uint mode)
    {
        Startup.Ensure();
        return Opened((int)Real.Call(RealFunction.open, (nint)path, flags, (nint)mode), path);
    }

    [RuntimeExport("open64")]
    private static int open64(byte* path, int flags, uint mode)
    {
        Startup.Ensure();
        return Opened((int)Real.Call(RealFunction.open64, (nint)path, flags, (nint)mode), path);
    }

    // man 2 openat
    [RuntimeExport("openat")]
    private static int openat(int directory, byte* path, int flags, uint mode)
    {
        Startup.Ensure();
        return Opened((int)Real.Call(RealFunction.openat, directory, (nint)path, flags, (nint)mode), path);
    }

    [RuntimeExport("openat64")]
    private static int openat64(int directory, byte* path, int flags, uint mode)
    {
        Startup.Ensure();
        return Opened((int)Real.Call(RealFunction.openat64, directory, (nint)path, flags, (nint)mode), path);
    }

    // What _FORTIFY_SOURCE makes of open without a mode.
    [RuntimeExport("__open_2")]
    private static int __open_2(byte* path, int flags)
    {
        Startup.Ensure();
        return Opened((int)Real.Call(RealFunction.__open_2, (nint)path, flags), path);
    }

    [RuntimeExport("__open64_2")]
    private static int __open64_2(byte* path, int flags)
    {
        Startup.Ensure();
        return Opened((int)Real.Call(RealFunction.__open64_2, (nint)path, flags), path);
    }

    [RuntimeExport("__openat_2")]
    private static int __openat_2(int directory, byte* path, int flags)
    {
        Startup.Ensure();
        return Opened((int)Real.Call(RealFunction.__openat_2, directory, (nint)path, flags), path);
    }

    [RuntimeExport("__openat64_2")]
    private static int __openat64_2(int directory, byte* path, int flags)
    {
        Startup.Ensure();
        return Opened((int)Real.Call(RealFunction.__openat64_2, directory, (nint)path, flags), path);
    }

    public static bool IsRaw(nint number) => number is SyscallNumbers.openat or SyscallNumbers.openat2 || (number == SyscallNumbers.open && number >= 0);

    /// <summary><c>syscall(SYS_open, …)</c> and its relatives.</summary>
    public static nint Raw(nint number, nint a, nint b, nint c, nint d)
    {
        nint result = Real.syscall(number, a, b, c, d);
        return Opened((int)result, (byte*)(number == SyscallNumbers.open ? a : b));
    }

    private static int Opened(int descriptor, byte* path) => descriptor >= 0 && ProcPath.MayLead(path) ? Replace(descriptor, path) : descriptor;

    // Fails where the true time would be seen: with what kept the other from being there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Replace(int descriptor, byte* path)
    {
        int error = ProcFile.Replace(descriptor, path);
        if (error == 0)
            return descriptor;
        Kernel.Close(descriptor);
        return Errno.Return(error);
    }
}
