using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Interpose.Proc;

/// <summary>
/// A file of <c>/proc</c> with the boot's time in it, as the target sees it: a file in memory takes the place of the real one behind the descriptor that
/// the program gets. README.md says why, and what differs.
/// </summary>
/// <remarks>
/// The file in memory is named after the real one (<c>virttime:IDENTITY:PATH</c>), so whoever has the descriptor, by whatever way, knows
/// what to read for a fresh text.
/// </remarks>
internal static unsafe class ProcFile
{
    // From Linux 6.3 on it is to be said that this is no program.
    private const int AnonymousFlags = Mman.MFD_CLOEXEC | Mman.MFD_NOEXEC_SEAL;
    private const int RLIMIT_FSIZE = 1;

    /// <summary>Puts the shifted text behind a descriptor that was just opened, if it is one of those files and anything is shifted.</summary>
    /// <param name="descriptor">Stays open, also on failure.</param>
    /// <param name="path">By which it was opened.</param>
    /// <returns>0, or <c>-errno</c> where the file is, or may be, one of them and the text cannot be had.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Replace(int descriptor, byte* path)
    {
        byte* target = stackalloc byte[ProcPath.Capacity];
        if (!BootShift.IsAny())
            return 0;
        int flags = (int)Kernel.Call(SyscallNumbers.fcntl, descriptor, Mman.F_GETFL);
        if (flags < 0 || (flags & Mman.O_PATH) != 0 || (flags & Mman.O_ACCMODE) is not (Mman.O_RDONLY or Mman.O_RDWR))
            return 0;

        // Without a /proc, as behind chroot, a relative path leads to something else, and so does one to a file that somebody made there.
        int length = ProcPath.OfDescriptor(descriptor, target);
        if (length < 0)
            return *path == '/' && IsOfProc(descriptor) ? length : 0;
        ProcKind kind = ProcPath.KindOf(target);
        if (kind == ProcKind.Other)
            return 0;

        // What cannot be read is left as it is, and gives the program its error when it reads.
        ProcText text;
        int error = ProcText.Read(&text, descriptor, kind);
        if (error != 0)
            return text.Bytes == null ? error : 0;
        error = Put(descriptor, flags, target, &text);
        ProcText.Unmap(&text);
        return error;
    }

    /// <summary>
    /// Renews the text behind a descriptor that was rewound, as the kernel would. In place, so that all who share the open file
    /// have it.
    /// </summary>
    /// <param name="descriptor">Of any file.</param>
    /// <param name="answer">Of who reads the file at once: gets its beginning. Null for others.</param>
    /// <returns>0, also for everything that is no such file; or <c>-errno</c>, and the text is empty if possible.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Renew(int descriptor, ProcAnswer* answer = null)
    {
        if (!ProcNotes.Has(descriptor))
            return 0;
        byte* link = stackalloc byte[ProcPath.Capacity];
        long identity = 0;
        byte* path = ProcPath.OfDescriptor(descriptor, link) < 0 ? null : TargetOf(link, ref identity);
        if (path == null)
        {
            ProcNotes.Forget(descriptor);
            return 0;
        }

        ProcText text;
        int error = ReadAgain(path, identity, &text);
        if (error != 0)
            text.Length = 0;
        int failure = Rewrite(descriptor, &text);
        if (error == 0)
        {
            if (answer != null)
                ProcAnswer.Fill(answer, &text);
            ProcText.Unmap(&text);
        }

        return error != 0 ? error : failure;
    }

    /// <summary>Notes what this process was started with: <c>program &lt; /proc/uptime</c>. Of all but files in memory the answer is an error.</summary>
    public static void NoteInherited()
    {
        if (Kernel.Call(SyscallNumbers.fcntl, 0, Mman.F_GET_SEALS) >= 0)
            ProcNotes.Note(0);
    }

    private static bool IsOfProc(int descriptor)
    {
        const long PROC_SUPER_MAGIC = 0x9fa0;
        long* statfs = stackalloc long[16];
        return Kernel.Call(SyscallNumbers.fstatfs, descriptor, (nint)statfs) != 0 || *statfs == PROC_SUPER_MAGIC;
    }

    private static int Put(int descriptor, int flags, byte* target, ProcText* text)
    {
        byte* name = stackalloc byte[ProcPath.Capacity];
        fixed (byte* prefix = "virttime:"u8, colon = ":"u8)
            CString.Append(CString.Append(CString.Append(CString.Append(name, prefix), text->Identity), colon), target);
        int made = Create(name);
        if (made < 0)
            return made;
        int error = Write(made, text);

        // The program's is opened for what it asked for: reading.
        ProcPath.ForDescriptor(made, name);
        int opened = error != 0 ? error : Kernel.Open(name, Mman.O_CLOEXEC | (flags & (Mman.O_ACCMODE | Mman.O_NONBLOCK)));
        Kernel.Close(made);
        if (opened < 0)
            return opened;
        int isClosed = (int)Kernel.Call(SyscallNumbers.fcntl, descriptor, Mman.F_GETFD) & Mman.FD_CLOEXEC;
        error = (int)Kernel.Call(SyscallNumbers.dup3, opened, descriptor, isClosed * Mman.O_CLOEXEC);
        Kernel.Close(opened);
        if (error < 0)
            return error;
        ProcNotes.Note(descriptor);
        return 0;
    }

    private static int Create(byte* name)
    {
        int made = (int)Kernel.Call(SyscallNumbers.memfd_create, (nint)name, AnonymousFlags);
        return made == -Errno.EINVAL ? (int)Kernel.Call(SyscallNumbers.memfd_create, (nint)name, Mman.MFD_CLOEXEC) : made;
    }

    // A process that ended is not to be taken for another that has its id.
    private static int ReadAgain(byte* path, long identity, ProcText* text)
    {
        int file = Kernel.Open(path, Mman.O_RDONLY | Mman.O_CLOEXEC);
        if (file < 0)
            return file == -Errno.ENOENT ? -Errno.ESRCH : file;
        int error = ProcText.Read(text, file, ProcPath.KindOf(path));
        Kernel.Close(file);
        if (error == 0 && text->Identity != identity)
        {
            ProcText.Unmap(text);
            error = -Errno.ESRCH;
        }

        return error;
    }

    private static int Rewrite(int descriptor, ProcText* text)
    {
        byte* path = stackalloc byte[ProcPath.Capacity];
        ProcPath.ForDescriptor(descriptor, path);
        int file = Kernel.Open(path, Mman.O_RDWR | Mman.O_CLOEXEC);
        if (file < 0)
            return file;
        int error = text->Length == 0 ? 0 : Write(file, text);
        Kernel.Call(SyscallNumbers.ftruncate, file, text->Length);
        Kernel.Close(file);
        return error;
    }

    // A program may have forbidden itself to write files (RLIMIT_FSIZE), which a write would end with SIGXFSZ.
    private static int Write(int file, ProcText* text)
    {
        ulong* limit = stackalloc ulong[2];
        if (Kernel.Call(SyscallNumbers.prlimit64, 0, RLIMIT_FSIZE, 0, (nint)limit) == 0 && limit[0] < (ulong)text->Length)
            return -Errno.EFBIG;
        int written = (int)Kernel.Call(SyscallNumbers.write, file, (nint)text->Bytes, text->Length);
        return written == text->Length ? 0 : written < 0 ? written : -Errno.ENOSPC;
    }

    // The path in the name of one of our files, and the identity; null for any other file.
    private static byte* TargetOf(byte* link, ref long identity)
    {
        byte* at = ProcPath.After(link, "/memfd:virttime:"u8);
        if (at == null)
            return null;
        for (; *at is >= (byte)'0' and <= (byte)'9'; at++)
            identity = (identity * 10) + (*at - '0');
        byte* path = *at == ':' ? at + 1 : null;
        for (byte* end = at; *end != 0; end++)
        {
            if (ProcPath.After(end, " (deleted)\0"u8) != null)
                *end = 0;
        }

        return path;
    }
}
