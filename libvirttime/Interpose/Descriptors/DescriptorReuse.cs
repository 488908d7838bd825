using System.Runtime;
using VirtTime.Interpose.Proc;
using VirtTime.Libc;
using VirtTime.RealFunctions;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Descriptors;

/// <summary>Interposes the functions that give another meaning to a descriptor's number.</summary>
/// <remarks>
/// Functions that close remove notes before the call, so that another thread that gets the number afterwards finds no old note. Functions that
/// duplicate set or remove the new number's note after the call.
/// </remarks>
internal static unsafe class DescriptorReuse
{
    private const int F_DUPFD = 0;
    private const int CLONE_FILES = 0x400;
    private const int CLOSE_RANGE_UNSHARE = 2;

    // man 2 close. Ends with a jump, since close is a cancellation point: no frame of ours is on the stack when the thread is cancelled. If another
    // library defines a function of this name, that is the real function, which may have other parameters. So all three arguments are passed on.
    [RuntimeExport("close")]
    private static nint close(nint descriptor, nint second, nint third)
    {
        Startup.Ensure();
        DescriptorNotes.Forget((int)descriptor);
        nint real = Real.AddressOf(RealFunction.close);
        if (!CompilerContract.CanCallAsManaged(real))
            return Real.Call(RealFunction.close, descriptor, second, third);
        return ((delegate*<nint, nint, nint, nint>)real)(descriptor, second, third);
    }

    // man 2 close_range (glibc 2.34). A program may refer to close_range weakly, because older libcs lack it. With this library the reference is
    // never null, so if libc has no close_range, this function makes the system call.
    [RuntimeExport("close_range")]
    private static int close_range(uint first, uint last, int flags)
    {
        Startup.Ensure();
        ForgetRange(first, last, flags);
        return (int)(Real.FindNow(RealFunction.close_range) != 0
            ? Real.Call(RealFunction.close_range, (nint)first, (nint)last, flags)
            : Real.syscall(SyscallNumbers.close_range, (nint)first, (nint)last, flags));
    }

    // man 3 closefrom (glibc 2.34); likewise
    [RuntimeExport("closefrom")]
    private static void closefrom(int first)
    {
        Startup.Ensure();
        int lowest = first < 0 ? 0 : first;
        DescriptorNotes.Forget((uint)lowest, uint.MaxValue);
        if (Real.FindNow(RealFunction.closefrom) != 0)
            Real.Call(RealFunction.closefrom, first);
        else if (Kernel.Call(SyscallNumbers.close_range, lowest, -1) < 0)
            CloseBelowLimit(lowest);
    }

    // man 2 dup2
    [RuntimeExport("dup2")]
    private static int dup2(int from, int to)
    {
        Startup.Ensure();
        return Duplicated(from, to, (int)Real.Call(RealFunction.dup2, from, to));
    }

    // man 2 dup3
    [RuntimeExport("dup3")]
    private static int dup3(int from, int to, int flags)
    {
        Startup.Ensure();
        return Duplicated(from, to, (int)Real.Call(RealFunction.dup3, from, to, flags));
    }

    // man 2 dup; libc may have closed the new number by itself before (fclose), so there may be an old note
    [RuntimeExport("dup")]
    private static int dup(int from)
    {
        Startup.Ensure();
        return Made(from, (int)Real.Call(RealFunction.dup, from));
    }

    // man 2 fcntl; variadic in C, which makes no difference here. Other commands end with a jump, since those that lock are cancellation points.
    [RuntimeExport("fcntl")]
    private static nint fcntl(nint descriptor, int command, nint argument)
    {
        Startup.Ensure();
        nint real = Real.AddressOf(RealFunction.fcntl);
        if (command is F_DUPFD or Mman.F_DUPFD_CLOEXEC || !CompilerContract.CanCallAsManaged(real))
            return Made((int)descriptor, (int)Real.Call(RealFunction.fcntl, descriptor, command, argument));
        return ((delegate*<nint, int, nint, nint>)real)(descriptor, command, argument);
    }

    // The same function by the name that programs with large files use from glibc 2.28 on.
    [RuntimeExport("fcntl64")]
    private static nint fcntl64(nint descriptor, int command, nint argument) => fcntl(descriptor, command, argument);

    // man 2 unshare; with CLONE_FILES the thread gets a descriptor table of its own, so a number alone no longer tells which descriptor is meant
    [RuntimeExport("unshare")]
    private static int unshare(int flags)
    {
        Startup.Ensure();
        if ((flags & CLONE_FILES) != 0)
            DescriptorNotes.Distrust();
        return (int)Real.Call(RealFunction.unshare, flags);
    }

    /// <summary>Makes the call <c>syscall(SYS_dup, …)</c>, or <c>SYS_fcntl</c> with <c>F_DUPFD</c>.</summary>
    public static nint RawDuplicate(Arguments* call) => Made((int)call->Second, (int)Real.Invoke(Real.AddressOf(RealFunction.syscall), call));

    public static bool MakesDescriptor(nint number, nint b) =>
        number == SyscallNumbers.dup || (number == SyscallNumbers.fcntl && (int)b is F_DUPFD or Mman.F_DUPFD_CLOEXEC);

    /// <summary>Removes the notes for <c>syscall(SYS_close, …)</c> or one of its relatives. The caller makes the call.</summary>
    public static void RawForget(nint number, nint a, nint b, nint c)
    {
        if (number == SyscallNumbers.close)
            DescriptorNotes.Forget((int)a);
        else if (number == SyscallNumbers.close_range)
            ForgetRange((uint)a, (uint)b, (int)c);
        else if (number == SyscallNumbers.unshare)
            DescriptorNotes.Distrust();
        else
            ForgetOver((int)a, (int)b);
    }

    private static void ForgetRange(uint first, uint last, int flags)
    {
        DescriptorNotes.Forget(first, last);
        if ((flags & CLOSE_RANGE_UNSHARE) != 0)
            DescriptorNotes.Distrust();
    }

    // Runs before the call, so before it is known whether that succeeds.
    private static void ForgetOver(int from, int to)
    {
        DescriptorNotes.Forget(to);
        ProcNotes.Copy(from, to);
    }

    private static int Made(int from, int descriptor)
    {
        DescriptorNotes.Forget(descriptor);
        ProcNotes.Copy(from, descriptor);
        return descriptor;
    }

    // Needed before Linux 5.9, which brought close_range.
    private static void CloseBelowLimit(int first)
    {
        const int RLIMIT_NOFILE = 7;
        ulong* limit = stackalloc ulong[2];
        if (Kernel.Call(SyscallNumbers.prlimit64, 0, RLIMIT_NOFILE, 0, (nint)limit) < 0)
            return;
        for (int descriptor = first; descriptor >= 0 && (ulong)descriptor < limit[0]; descriptor++)
            Kernel.Close(descriptor);
    }

    private static int Duplicated(int from, int to, int result)
    {
        if (result >= 0 && from != to)
        {
            DescriptorNotes.Copy(from, to);
            ProcNotes.Copy(from, to);
        }

        return result;
    }
}
