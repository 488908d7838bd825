using System.Runtime.CompilerServices;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Proc;

/// <summary>Lets the target see a file of <c>/proc</c> with the virtual time in it.</summary>
/// <remarks>
/// A memory file with the shifted text takes the place of the real file, behind the program's descriptor. README.md, "What /proc tells of the boot",
/// tells why, and what differs. The memory file is named <c>virttime:IDENTITY:PATH</c>. So any process that has the descriptor knows which file to
/// read for a fresh text.
/// </remarks>
internal static unsafe class ProcFile
{
    /// <summary>
    /// Puts the shifted text behind a descriptor that was just opened, if it leads to one of these files and its kind is shifted. If nothing is to be
    /// shifted now, notes the descriptor, since the clocks may be shifted while it is open.
    /// </summary>
    /// <param name="descriptor">Stays open, also on failure.</param>
    /// <param name="path">The path by which it was opened.</param>
    /// <param name="answer">The buffer of a caller that reads the file at once, to be filled; otherwise null.</param>
    /// <returns>0, or <c>-errno</c> if the file is one of these, or may be, and its text cannot be made.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Replace(int descriptor, byte* path, ProcAnswer* answer = null)
    {
        byte* target = stackalloc byte[ProcPath.Capacity];
        if (!BootShift.IsAny(ProcKind.Other))
        {
            if (Startup.Config != null)
                ProcNotes.Note(descriptor, ProcKind.Other);
            return 0;
        }

        int flags = (int)Kernel.Call(SyscallNumbers.fcntl, descriptor, Mman.F_GETFL);
        if (flags < 0 || (flags & Mman.O_PATH) != 0 || (flags & Mman.O_ACCMODE) is not (Mman.O_RDONLY or Mman.O_RDWR))
            return 0;
        int length = ProcPath.OfDescriptor(descriptor, target);
        if (length < 0)
        {
            // There is no /proc, as after chroot. The path leads to an ordinary file there, or to a file of procfs that is mounted alone.
            if (!IsOfProc(descriptor))
                return 0;
            if (!ProcPath.IsOf(descriptor, path, target))
                return length;
        }

        ProcKind kind = ProcPath.KindOf(target);
        if (kind == ProcKind.Other)
            return length < 0 ? length : 0;
        if (!BootShift.IsAny(kind))
        {
            ProcNotes.Note(descriptor, kind);
            return 0;
        }

        // If the real file cannot be read, the program keeps it and gets the error when it reads. Opening fails only if there is no memory for the
        // text.
        ProcText text;
        int error = ProcText.Read(&text, descriptor, kind);
        if (error != 0)
            return text.Bytes == null ? error : 0;
        error = ProcMemory.Put(descriptor, flags, target, &text);
        if (answer != null)
            ProcAnswer.Fill(answer, &text);
        ProcText.Unmap(&text);
        if (error == 0)
            ProcNotes.NoteText(descriptor, kind);
        return error;
    }

    /// <summary>
    /// Renews the text behind a descriptor that was rewound, as the kernel does for the real file. The text is changed in place, so that all holders
    /// of the open file see it.
    /// </summary>
    /// <param name="descriptor">Any descriptor.</param>
    /// <param name="answer">The buffer of a caller that reads the file at once, to be filled; otherwise null.</param>
    /// <returns>0, also for any other file; or <c>-errno</c>, and then the text is emptied if possible.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Renew(int descriptor, ProcAnswer* answer = null)
    {
        uint note = ProcNotes.Of(descriptor);
        if (note == 0)
            return 0;
        byte* link = stackalloc byte[ProcPath.Capacity];
        int length = ProcPath.OfDescriptor(descriptor, link);
        if (length < 0)
            return RenewNameless(descriptor, note, length, answer);
        long identity = 0;
        byte* path = TargetOf(link, ref identity);
        return path != null ? RenewText(descriptor, path, identity, answer) : ReplaceLate(descriptor, link, answer);
    }

    /// <summary>The path of the real file that a memory file stands for; null for any other descriptor.</summary>
    /// <param name="descriptor">Any descriptor.</param>
    /// <param name="link">Room for <see cref="ProcPath.Capacity"/> bytes, in which the path will lie.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte* OriginalOf(int descriptor, byte* link)
    {
        long identity = 0;
        return ProcPath.OfDescriptor(descriptor, link) < 0 ? null : TargetOf(link, ref identity);
    }

    /// <summary>
    /// Notes descriptor 0 if it is one of our memory files, as with <c>program &lt; /proc/uptime</c>. Most other files have no seals, and cost only
    /// the system call that asks for these.
    /// </summary>
    public static void NoteInherited()
    {
        if (Kernel.Call(SyscallNumbers.fcntl, 0, Mman.F_GET_SEALS) < 0)
            return;
        byte* link = stackalloc byte[ProcPath.Capacity];
        byte* path = OriginalOf(0, link);
        if (path != null)
            ProcNotes.NoteText(0, ProcPath.KindOf(path));
    }

    // /proc cannot be reached, or refuses to name the file. The real file is right while its kind is not shifted. A memory file is never right, since
    // its text is old.
    private static int RenewNameless(int descriptor, uint note, int error, ProcAnswer* answer)
    {
        ProcKind kind = ProcNotes.KindOf(note);
        if (!ProcNotes.IsOfText(note))
            return BootShift.IsAny(kind) && IsOfProc(descriptor) ? error : 0;
        if (!ProcNotes.IsStill(descriptor, note))
        {
            ProcNotes.Forget(descriptor);
            return 0;
        }

        if (kind == ProcKind.Task)
            return error;
        fixed (byte* uptime = "/proc/uptime"u8, machine = "/proc/stat"u8)
            return RenewText(descriptor, kind == ProcKind.Uptime ? uptime : machine, 0, answer);
    }

    // The clocks were not shifted when the file was opened. This descriptor gets an open file of its own. Its duplicates keep the real file until
    // they are rewound.
    private static int ReplaceLate(int descriptor, byte* path, ProcAnswer* answer)
    {
        ProcKind kind = ProcPath.KindOf(path);
        if (kind == ProcKind.Other)
            ProcNotes.Forget(descriptor);
        if (kind == ProcKind.Other || !BootShift.IsAny(kind))
            return 0;
        nint position = Kernel.Call(SyscallNumbers.lseek, descriptor, 0, Mman.SEEK_CUR);
        int error = Replace(descriptor, path, answer);
        Kernel.Call(SyscallNumbers.lseek, descriptor, position, Mman.SEEK_SET);
        return error;
    }

    private static int RenewText(int descriptor, byte* path, long identity, ProcAnswer* answer)
    {
        ProcText text;
        int error = ReadAgain(path, identity, &text);
        if (error != 0)
            text.Length = 0;
        int failure = ProcMemory.Rewrite(descriptor, &text);
        if (error == 0)
        {
            if (answer != null)
                ProcAnswer.Fill(answer, &text);
            ProcText.Unmap(&text);
        }

        return error != 0 ? error : failure;
    }

    private static bool IsOfProc(int descriptor)
    {
        const long PROC_SUPER_MAGIC = 0x9fa0;
        statfs filesystem;
        return Kernel.Call(SyscallNumbers.fstatfs, descriptor, (nint)(&filesystem)) != 0 || filesystem.f_type == PROC_SUPER_MAGIC;
    }

    // The identity tells a process that has ended from another one that has its id now.
    private static int ReadAgain(byte* path, long identity, ProcText* text)
    {
        ProcKind kind = ProcPath.KindOf(path);
        int file = Kernel.Open(path, Mman.O_RDONLY | Mman.O_CLOEXEC | Mman.O_NONBLOCK);
        if (file < 0)
            return file == -Errno.ENOENT && kind == ProcKind.Task ? -Errno.ESRCH : file;
        int error = ProcText.Read(text, file, kind);
        Kernel.Close(file);
        if (error == 0 && text->Identity != identity)
        {
            ProcText.Unmap(text);
            error = -Errno.ESRCH;
        }

        return error;
    }

    private struct statfs
    {
        public long f_type;
        private fixed long _others[15];
    }

    // The path and the identity in the name of one of our memory files. Null for any other file, and for a memory file of another program whose name
    // only begins like ours.
    private static byte* TargetOf(byte* link, ref long identity)
    {
        byte* at = ProcPath.After(link, "/memfd:virttime:"u8);
        if (at == null)
            return null;
        for (; *at is >= (byte)'0' and <= (byte)'9'; at++)
            identity = (identity * 10) + (*at - '0');
        for (byte* end = at; *end != 0; end++)
        {
            if (ProcPath.After(end, " (deleted)\0"u8) != null)
                *end = 0;
        }

        return *at == ':' && ProcPath.KindOf(at + 1) != ProcKind.Other ? at + 1 : null;
    }
}
