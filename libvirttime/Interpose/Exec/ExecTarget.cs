using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Exec;

/// <summary>
/// What a program is that is about to be executed, looked at as far as its head. Asked only where this library would have to be put into its
/// environment.
/// </summary>
/// <remarks>
/// A static program gets the variables: nothing in it reads them, and what it starts may be dynamic.
/// </remarks>
internal unsafe struct ExecTarget
{
    // What the kernel follows before it gives up (exec_binprm).
    private const int MostInterpreters = 5;

    private const int HeadSize = 160;
    private const int Missing = 0;
    private const int Other = 1;
    private const int Foreign = 2;

    /// <summary>What a path that does not begin at the root begins at; the file itself where the path is null or empty.</summary>
    public int Directory;

    public byte* File;

    /// <summary>Whether a name without a slash is looked for in <c>PATH</c>.</summary>
    public bool IsSearched;

    private byte* _searchPath;

    /// <summary>
    /// Whether it is certain that the program's loader cannot load this library, and would say so: it is for another machine, or of another word
    /// size.
    /// </summary>
    public static bool IsForeign(ExecTarget* target)
    {
        // What cannot be read is the real function's business.
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

    // The first file of the name that can be read. execvp takes the first that can be executed, which is the same but for odd directories.
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

    // A name that reaches beyond what was read is another one, and is not there.
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
