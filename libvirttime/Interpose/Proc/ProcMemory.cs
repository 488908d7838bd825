using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>Makes the memory file that takes the place of a file of <c>/proc</c> (<see cref="ProcFile"/>).</summary>
internal static unsafe class ProcMemory
{
    // From Linux 6.3 on a memory file has to say whether it may be executed (sysctl vm.memfd_noexec).
    private const int AnonymousFlags = Mman.MFD_CLOEXEC | Mman.MFD_NOEXEC_SEAL;
    private const int RLIMIT_FSIZE = 1;

    /// <summary>Puts a memory file with the text in the place of the real file, behind the same number.</summary>
    /// <param name="descriptor">The descriptor of the real file.</param>
    /// <param name="flags">The flags that it was opened with.</param>
    /// <param name="target">The path of the real file.</param>
    /// <param name="text">The text that the program will read.</param>
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

        // The memory file is opened again with the program's access mode, if there is a path to open it by. If not, the program gets this descriptor,
        // which can also write.
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

    /// <summary>
    /// Gives a memory file another text. Opens the file again for that, since the program's descriptor can write only if there was no path to open it
    /// by.
    /// </summary>
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

    // A program may have limited the size of files that it writes (RLIMIT_FSIZE). A write beyond the limit would end it with SIGXFSZ.
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
