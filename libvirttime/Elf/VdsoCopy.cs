using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Elf;

/// <summary>
/// A copy of the vDSO's image in which the functions that read clocks are ours, for programs that find the vDSO through the auxiliary
/// vector themselves: the Go runtime in a program that also uses cgo. Its other functions lead to the real vDSO.
/// </summary>
internal static unsafe class VdsoCopy
{
    /// <summary>The copy's image; null where there is none.</summary>
    public static Elf64_Ehdr* Image { get; private set; }

    /// <summary>
    /// Points the process's <c>AT_SYSINFO_EHDR</c> entry at a copy. Does nothing where there is no vDSO, or no memory for one.
    /// </summary>
    /// <param name="replacement">Which function is to take the place of the one with a name, by the vDSO's contract; 0 for those that stay.</param>
    public static void Install(delegate*<byte*, nint> replacement)
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
        Redirect(Vdso.Symbols((Elf64_Ehdr*)copy), copy, real, replacement);
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

    private static void Redirect(SymbolTable symbols, nint copy, nint real, delegate*<byte*, nint> replacement)
    {
        for (uint i = 1; i < symbols.Count; i++)
        {
            Elf64_Sym* symbol = symbols.At(i);
            nint ours = replacement(symbols.NameOf(symbol));
            if (ours != 0)
                symbol->st_value = (nuint)ours - symbols.Base;
            else if (symbol->st_shndx < Elf64_Sym.SHN_LORESERVE && symbol->st_shndx != Elf64_Sym.SHN_UNDEF)
                symbol->st_value += (nuint)(real - copy);
        }
    }
}
