using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>
/// A copy of the vDSO's image whose <c>clock_gettime</c> is ours, for programs that find the vDSO through the auxiliary
/// vector themselves: the Go runtime in a program that also uses cgo. Its other functions lead to the real vDSO.
/// </summary>
internal static unsafe class VdsoCopy
{
    /// <summary>
    /// Points the process's <c>AT_SYSINFO_EHDR</c> entry at a copy. Does nothing where there is no vDSO, or no memory for one.
    /// </summary>
    /// <param name="environment">The environment as the process was started with it; the auxiliary vector lies behind it.</param>
    /// <param name="clockGettime">A function with the vDSO's contract: it returns <c>-errno</c>.</param>
    public static void Install(byte** environment, nint clockGettime)
    {
        Elf64_Auxv* entry = FindEntry(environment);
        if (entry == null || IsCopy((Elf64_Ehdr*)entry->a_val))
            return;
        nint real = (nint)entry->a_val;
        nint length = ImageLength((Elf64_Ehdr*)real);
        nint copy = Kernel.Map(0, length, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1);
        if (Kernel.IsError(copy))
            return;
        for (nint i = 0; i < length; i += sizeof(long))
            *(long*)(copy + i) = *(long*)(real + i);
        Redirect(Vdso.Symbols((Elf64_Ehdr*)copy), copy, real, clockGettime);
        *OriginalField((Elf64_Ehdr*)copy) = real;
        Kernel.Protect(copy, length, Mman.PROT_READ);
        entry->a_val = (nuint)copy;
    }

    /// <summary>The real vDSO's image, also when <paramref name="image"/> is a copy that another copy of this library made.</summary>
    public static Elf64_Ehdr* OriginalOf(Elf64_Ehdr* image) =>
        image != null && IsCopy(image) ? (Elf64_Ehdr*)*OriginalField(image) : image;

    private static bool IsCopy(Elf64_Ehdr* image) => *OriginalField(image) != 0;

    // The second half of e_ident is padding, but for its first byte, the version of the ABI, which is 0 in a vDSO.
    private static nint* OriginalField(Elf64_Ehdr* image) => (nint*)&image->e_ident[8];

    private static void Redirect(SymbolTable symbols, nint copy, nint real, nint clockGettime)
    {
        fixed (byte* x64 = "__vdso_clock_gettime"u8, x64Alias = "clock_gettime"u8, arm64 = "__kernel_clock_gettime"u8)
        {
            for (uint i = 1; i < symbols.Count; i++)
            {
                Elf64_Sym* symbol = symbols.At(i);
                byte* name = symbols.NameOf(symbol);
                bool isOurs = CString.AreEqual(name, x64) || CString.AreEqual(name, x64Alias) || CString.AreEqual(name, arm64);
                if (isOurs)
                    symbol->st_value = (nuint)clockGettime - symbols.Base;
                else if (symbol->st_shndx < Elf64_Sym.SHN_LORESERVE && symbol->st_shndx != Elf64_Sym.SHN_UNDEF)
                    symbol->st_value += (nuint)(real - copy);
            }
        }
    }

    private static Elf64_Auxv* FindEntry(byte** environment)
    {
        if (environment == null)
            return null;
        while (*environment != null)
            environment++;
        for (Elf64_Auxv* entry = (Elf64_Auxv*)(environment + 1); entry->a_type != Auxv.AT_NULL; entry++)
        {
            if (entry->a_type == Auxv.AT_SYSINFO_EHDR)
                return entry->a_val == 0 ? null : entry;
        }

        return null;
    }

    private static nint ImageLength(Elf64_Ehdr* image)
    {
        Elf64_Phdr* headers = (Elf64_Phdr*)((byte*)image + image->e_phoff);
        nuint end = 0;
        for (int i = 0; i < image->e_phnum; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_LOAD && headers[i].p_offset + headers[i].p_memsz > end)
                end = headers[i].p_offset + headers[i].p_memsz;
        }

        nuint pageSize = Auxv.getauxval(Auxv.AT_PAGESZ);
        return (nint)((end + pageSize - 1) & (0 - pageSize));
    }
}
