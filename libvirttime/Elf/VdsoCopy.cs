using VirtTime.Config;
using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>
/// A copy of the vDSO's image whose <c>clock_gettime</c> is ours, for programs that find the vDSO through the auxiliary
/// vector themselves: the Go runtime in a program that also uses cgo. Its other functions lead to the real vDSO.
/// </summary>
internal static unsafe class VdsoCopy
{
    /// <summary>The copy's image; null where there is none.</summary>
    public static Elf64_Ehdr* Image { get; private set; }

    /// <summary>
    /// Points the process's <c>AT_SYSINFO_EHDR</c> entry at a copy. Does nothing where there is no vDSO, or no memory for one.
    /// </summary>
    /// <param name="clockGettime">A function with the vDSO's contract: it returns <c>-errno</c>.</param>
    public static void Install(nint clockGettime)
    {
        nint real = (nint)Auxv.getauxval(Auxv.AT_SYSINFO_EHDR);
        if (real == 0 || IsCopy((Elf64_Ehdr*)real))
            return;
        nint length = Vdso.LengthOf((Elf64_Ehdr*)real);
        nint copy = FileMapping.MapPrivate(length);
        if (Kernel.IsError(copy))
            return;
        for (nint i = 0; i < length; i += sizeof(long))
            *(long*)(copy + i) = *(long*)(real + i);
        Redirect(Vdso.Symbols((Elf64_Ehdr*)copy), copy, real, clockGettime);
        *OriginalField((Elf64_Ehdr*)copy) = real;
        Kernel.Protect(copy, length, Mman.PROT_READ);
        if (InitialStack.TrySet(Auxv.AT_SYSINFO_EHDR, (nuint)copy))
            Image = (Elf64_Ehdr*)copy;
        else
            Kernel.Unmap(copy, length);
    }

    /// <summary>The real vDSO's image, also when <paramref name="image"/> is a copy that another copy of this library made.</summary>
    public static Elf64_Ehdr* OriginalOf(Elf64_Ehdr* image) =>
        image != null && IsCopy(image) ? (Elf64_Ehdr*)*OriginalField(image) : image;

    private static bool IsCopy(Elf64_Ehdr* image) => *OriginalField(image) != 0;

    // The second half of e_ident is padding, but for its first byte, the version of the ABI, which is 0 in a vDSO.
    private static nint* OriginalField(Elf64_Ehdr* image) => (nint*)&image->e_ident[8];

    private static void Redirect(SymbolTable symbols, nint copy, nint real, nint clockGettime)
    {
        for (uint i = 1; i < symbols.Count; i++)
        {
            Elf64_Sym* symbol = symbols.At(i);
            if (Vdso.IsClockGettime(symbols.NameOf(symbol)))
                symbol->st_value = (nuint)clockGettime - symbols.Base;
            else if (symbol->st_shndx < Elf64_Sym.SHN_LORESERVE && symbol->st_shndx != Elf64_Sym.SHN_UNDEF)
                symbol->st_value += (nuint)(real - copy);
        }
    }
}
