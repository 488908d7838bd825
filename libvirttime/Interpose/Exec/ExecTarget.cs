using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>What the first bytes of a program's file tell about the program.</summary>
internal enum ProgramKind
{
    /// <summary>There is no such file, or it cannot be read.</summary>
    Missing,

    Other,

    /// <summary>
    /// It is certain that the program's loader cannot load this library and would complain, because the program is for another machine or has another
    /// word size.
    /// </summary>
    Foreign,

    /// <summary>The Go linker made the program, and the program names no loader.</summary>
    StaticGo,
}

/// <summary>The program that is about to be executed.</summary>
/// <remarks>
/// A static program gets the variables: it does not read them, but a program that it starts may be dynamic.
/// </remarks>
internal unsafe struct ExecTarget
{
    // The kernel follows no more interpreters than this (exec_binprm).
    private const int MostInterpreters = 5;

    // Room for the ELF header, 12 program headers and a NUL.
    private const int HeadSize = 744;
    private const int NoteSize = 256;

    // Words in a Go program: the owner of the linker's notes; and the first four bytes of the build information, with which the data begins.
    private const uint GoNote = 'G' | ('o' << 8);
    private const uint GoData = 0xFF | (' ' << 8) | ('G' << 16) | ('o' << 24);

    /// <summary>The descriptor of the directory at which a relative path begins; of the file itself if the path is null or empty.</summary>
    public int Directory;

    public byte* File;

    /// <summary>Whether a name without a slash is searched for in <c>PATH</c>.</summary>
    public bool IsSearched;

    private byte* _searchPath;

    /// <summary>Reads the start of the program's file, or of the interpreter's if the file is a script.</summary>
    public static ProgramKind Inspect(ExecTarget* target)
    {
        // The real function reports a path that cannot be read.
        if (target->File != null && !UserMemory.IsReadableText(target->File))
            return ProgramKind.Other;
        if (target->File == null || *target->File == 0)
            return InspectDescriptor(target->Directory);
        if (!target->IsSearched || CString.Contains(target->File, (byte)'/'))
            return Inspect(target->Directory, target->File);

        fixed (byte* variable = "PATH="u8, usual = "/bin:/usr/bin"u8)
        {
            byte* path = Environment.Find(Environment.FromVariable(), variable);
            target->_searchPath = path == null ? usual : path;
        }

        int size = CString.Length(target->_searchPath) + CString.Length(target->File) + 2;
        nint kind = BorrowedMemory.Lend(size, &Search, target);
        return kind < 0 ? ProgramKind.Missing : (ProgramKind)kind;
    }

    private static ProgramKind InspectDescriptor(int descriptor)
    {
        if (descriptor < 0)
            return ProgramKind.Missing;
        byte* path = stackalloc byte[32];
        CString.Append(CString.Append(path, "/proc/self/fd/"u8), descriptor);
        return Inspect(Mman.AT_FDCWD, path);
    }

    // Finds the first file of that name that can be read. execvp takes the first one that can be executed, which differs only in unusual directories.
    private static nint Search(byte* memory, void* state)
    {
        ExecTarget* target = (ExecTarget*)state;
        byte* directory = target->_searchPath;
        while (true)
        {
            byte* end = memory;
            while (*directory is not (0 or (byte)':'))
                *end++ = *directory++;
            if (end != memory)
                *end++ = (byte)'/';
            CString.Append(end, target->File);
            ProgramKind kind = Inspect(target->Directory, memory);
            if (kind != ProgramKind.Missing || *directory == 0)
                return (nint)kind;
            directory++;
        }
    }

    private static ProgramKind Inspect(int directory, byte* path)
    {
        byte* head = stackalloc byte[HeadSize + NoteSize];
        for (int depth = 0; ; depth++)
        {
            int file = (int)Kernel.Call(
                SyscallNumbers.openat, directory, (nint)path, Mman.O_RDONLY | Mman.O_CLOEXEC | Mman.O_NOCTTY | Mman.O_NONBLOCK);
            if (file < 0)
                return ProgramKind.Missing;
            int length = Kernel.Read(file, head, HeadSize - 1);
            bool isScript = length > 1 && head[0] == (byte)'#' && head[1] == (byte)'!' && depth < MostInterpreters;
            ProgramKind kind = length < 0 ? ProgramKind.Missing : isScript ? ProgramKind.Other : KindOf(file, head, length);
            Kernel.Close(file);
            if (!isScript)
                return kind;
            head[length] = 0;
            path = Interpreter(head + 2);
            directory = Mman.AT_FDCWD;
            if (*path == 0)
                return ProgramKind.Other;
        }
    }

    // A name that is longer than the bytes that were read is cut off. There is no file of that name, so the interpreter counts as missing.
    private static byte* Interpreter(byte* line)
    {
        while (*line is (byte)' ' or (byte)'\t')
            line++;
        byte* end = line;
        while (*end is not (0 or (byte)' ' or (byte)'\t' or (byte)'\n'))
            end++;
        *end = 0;
        return line;
    }

    private static ProgramKind KindOf(int file, byte* head, int length)
    {
        Elf64_Ehdr* program = (Elf64_Ehdr*)head;
        Elf64_Ehdr* own = (Elf64_Ehdr*)LoadedObjects.Self()->l_addr;
        if (length < sizeof(Elf64_Ehdr) || *(uint*)program != Elf64_Ehdr.Magic)
            return ProgramKind.Other;
        if (program->e_machine != own->e_machine || *(ushort*)(program->e_ident + 4) != *(ushort*)(own->e_ident + 4))
            return ProgramKind.Foreign;
        if (program->e_phoff != (nuint)sizeof(Elf64_Ehdr))
            return ProgramKind.Other;
        bool isGo = false;
        Elf64_Phdr* header = (Elf64_Phdr*)(program + 1);
        for (int i = 0; i < program->e_phnum && (byte*)(header + 1) <= head + length; i++, header++)
        {
            if (header->p_type == Elf64_Phdr.PT_INTERP)
                return ProgramKind.Other;
            bool isNote = header->p_type == Elf64_Phdr.PT_NOTE;
            if (!isNote && header->p_type != Elf64_Phdr.PT_LOAD)
                continue;
            byte* part = head + HeadSize;
            nint size = isNote ? NoteSize : sizeof(uint);
            isGo |= Contains((uint*)part, isNote ? GoNote : GoData, Kernel.Call(SyscallNumbers.pread64, file, (nint)part, size, (nint)header->p_offset));
        }

        return isGo ? ProgramKind.StaticGo : ProgramKind.Other;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Contains(uint* word, uint sought, nint length)
    {
        for (; length >= sizeof(uint); length -= sizeof(uint))
        {
            if (*word++ == sought)
                return true;
        }

        return false;
    }
}
