using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>The file in memory that takes the place of one of <c>/proc</c> (<see cref="ProcFile"/>).</summary>
internal static unsafe class ProcMemory
{
    // From Linux 6.3 on it is to be said that this is no program.
    private const int AnonymousFlags = Mman.MFD_CLOEXEC | Mman.MFD_NOEXEC_SEAL;
    private const int RLIMIT_FSIZE = 1;

    /// <summary>Puts a file with the text in the place of the real one, behind the same number.</summary>
    /// <param name="descriptor">Of the real file.</param>
    /// <param name="flags">Of how that was opened.</param>
    /// <param name="target">Its path.</param>
    /// <param name="text">What the program is to read.</param>
    /// <returns>0 or <c>-errno</c>.</returns>
    public static int Put(int descriptor, int flags, byte* target, ProcText* text)
    {
        byte* name = stackalloc byte[ProcPath.Capacity];
        byte* end = CString.Append(CString.Append(name, "virttime:"u8), text->Identity);
        *end++ = (byte)':';
        CString.Append(end, target);
        int made = Create(name);
        if (made < 0)
            return made;
        int error = Write(made, text);

        // The program's is opened for what it asked for, reading, where there is a path to open it by.
        int opened = error != 0 ? error : ProcPath.OpenAgain(made, Mman.O_CLOEXEC | (flags & (Mman.O_ACCMODE | Mman.O_NONBLOCK)));
        if (opened < 0 && error == 0)
            opened = made;
        else
            Kernel.Close(made);
        if (opened < 0)
            return opened;
        int isClosed = (int)Kernel.Call(SyscallNumbers.fcntl, descriptor, Mman.F_GETFD) & Mman.FD_CLOEXEC;
        error = (int)Kernel.Call(SyscallNumbers.dup3, opened, descriptor, isClosed * Mman.O_CLOEXEC);
        Kernel.Close(opened);
        return error < 0 ? error : 0;
    }

    private static int Create(byte* name)
    {
        int made = (int)Kernel.Call(SyscallNumbers.memfd_create, (nint)name, AnonymousFlags);
        return made == -Errno.EINVAL ? (int)Kernel.Call(SyscallNumbers.memfd_create, (nint)name, Mman.MFD_CLOEXEC) : made;
    }

    /// <summary>Gives such a file another text. By a descriptor of its own: the program's can be read only, but where no path led to the file.</summary>
    /// <returns>0 or <c>-errno</c>.</returns>
    public static int Rewrite(int descriptor, ProcText* text)
    {
        int reopened = ProcPath.OpenAgain(descriptor, Mman.O_RDWR | Mman.O_CLOEXEC);
        int file = reopened < 0 ? descriptor : reopened;
        int error = text->Length == 0 ? 0 : Write(file, text);
        Kernel.Call(SyscallNumbers.ftruncate, file, text->Length);
        if (reopened >= 0)
            Kernel.Close(file);
        return error != 0 && reopened < 0 ? reopened : error;
    }

    // A program may have forbidden itself to write files (RLIMIT_FSIZE), which a write would end with SIGXFSZ.
    private static int Write(int file, ProcText* text)
    {
        rlimit64 limit;
        if (Kernel.Call(SyscallNumbers.prlimit64, 0, RLIMIT_FSIZE, 0, (nint)(&limit)) == 0 && limit.rlim_cur < (ulong)text->Length)
            return -Errno.EFBIG;
        int written = (int)Kernel.Call(SyscallNumbers.pwrite64, file, (nint)text->Bytes, text->Length, 0);
        return written == text->Length ? 0 : written < 0 ? written : -Errno.ENOSPC;
    }

    private struct rlimit64
    {
        public ulong rlim_cur;
        public ulong rlim_max;
    }
}
