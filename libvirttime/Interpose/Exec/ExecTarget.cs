using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>The program that is about to be executed, as far as the first bytes of its file tell.</summary>
/// <remarks>
/// The file is read only if this library would have to be added to the environment. A static program gets the variables: it does not read them, but a
/// program that it starts may be dynamic.
/// </remarks>
internal unsafe struct ExecTarget
{
    // The kernel follows no more interpreters than this (exec_binprm).
    private const int MostInterpreters = 5;

    private const int HeadSize = 160;
    private const int Missing = 0;
    private const int Other = 1;
    private const int Foreign = 2;

    /// <summary>The descriptor of the directory at which a relative path begins; of the file itself if the path is null or empty.</summary>
    public int Directory;

    public byte* File;

    /// <summary>Whether a name without a slash is searched for in <c>PATH</c>.</summary>
    public bool IsSearched;

    private byte* _searchPath;

    /// <summary>
    /// Whether it is certain that the program's loader cannot load this library and would complain, because the program is for another machine or has
    /// another word size.
    /// </summary>
    public static bool IsForeign(ExecTarget* target)
    {
        // The real function reports a path that cannot be read.
        if (target->File != null && !UserMemory.IsReadableText(target->File))
            return false;
        if (target->File == null || *target->File == 0)
            return IsForeignDescriptor(target->Directory);
        if (!target->IsSearched || CString.Contains(target->File, (byte)'/'))
            return Inspect(target->Directory, target->File, 0) == Foreign;

        fixed (byte* variable = "PATH="u8, usual = "/bin:/usr/bin"u8)
        {
            byte* path = Environment.Find(Environment.FromVariable(), variable);
            target->_searchPath = path == null ? usual : path;
        }

        int size = CString.Length(target->_searchPath) + CString.Length(target->File) + 2;
        return BorrowedMemory.Lend(size, &Search, target) == Foreign;
    }

    private static bool IsForeignDescriptor(int descriptor)
    {
        if (descriptor < 0)
            return false;
        byte* path = stackalloc byte[32];
        CString.Append(CString.Append(path, "/proc/self/fd/"u8), descriptor);
        return Inspect(Mman.AT_FDCWD, path, 0) == Foreign;
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
            int kind = Inspect(target->Directory, memory, 0);
            if (kind != Missing || *directory == 0)
                return kind;
            directory++;
        }
    }

    private static int Inspect(int directory, byte* path, int depth)
    {
        byte* head = stackalloc byte[HeadSize];
        int file = (int)Kernel.Call(
            SyscallNumbers.openat, directory, (nint)path, Mman.O_RDONLY | Mman.O_CLOEXEC | Mman.O_NOCTTY | Mman.O_NONBLOCK);
        if (file < 0)
            return Missing;
        int length = Kernel.Read(file, head, HeadSize - 1);
        Kernel.Close(file);
        if (length < 0)
            return Missing;
        head[length] = 0;
        if (head[0] == (byte)'#' && head[1] == (byte)'!' && depth < MostInterpreters)
            return InspectInterpreter(head + 2, depth + 1);
        return length >= sizeof(Elf64_Ehdr) && IsForeign((Elf64_Ehdr*)head) ? Foreign : Other;
    }

    // A name that is longer than the bytes that were read is cut off. There is no file of that name, so the interpreter counts as missing.
    private static int InspectInterpreter(byte* line, int depth)
    {
        while (*line is (byte)' ' or (byte)'\t')
            line++;
        byte* end = line;
        while (*end is not (0 or (byte)' ' or (byte)'\t' or (byte)'\n'))
            end++;
        *end = 0;
        return *line == 0 ? Other : Inspect(Mman.AT_FDCWD, line, depth);
    }

    private static bool IsForeign(Elf64_Ehdr* program)
    {
        Elf64_Ehdr* own = (Elf64_Ehdr*)LoadedObjects.Self()->l_addr;
        return *(uint*)program == Elf64_Ehdr.Magic
            && (program->e_machine != own->e_machine || *(ushort*)(program->e_ident + 4) != *(ushort*)(own->e_ident + 4));
    }
}
