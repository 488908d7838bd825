using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Elf;

/// <summary>
/// A copy of the vDSO's image in which the functions that read clocks are replaced by this library's. The copy's other functions lead to the real
/// vDSO, except for those in which Go must not be interrupted: the copy lacks them, as the vDSO of an older kernel does.
/// </summary>
/// <remarks>For programs that find the vDSO through the auxiliary vector, such as the Go runtime.</remarks>
internal static unsafe class VdsoCopy
{
    /// <summary>The copy's image; null if there is none.</summary>
    public static Elf64_Ehdr* Image { get; private set; }

    /// <summary>Points the process's <c>AT_SYSINFO_EHDR</c> entry at a copy. Does nothing if there is no vDSO, or no memory for a copy.</summary>
    /// <param name="replacement">Gets the name of a function of the vDSO. Returns the address of the function that replaces it and follows the same
    /// contract; 0 if none does.</param>
    public static void Install(delegate*<byte*, nint> replacement)
    {
        nint real = (nint)Auxv.getauxval(Auxv.AT_SYSINFO_EHDR);
        if (real == 0 || IsCopy((Elf64_Ehdr*)real))
            return;
        nint length = Vdso.LengthOf((Elf64_Ehdr*)real);
        nint copy = FileMapping.MapPrivate(length + VdsoHashTable.Size);
        if (Kernel.IsError(copy))
            return;
        for (nint i = 0; i < length; i += sizeof(long))
            *(long*)(copy + i) = *(long*)(real + i);
        SymbolTable symbols = Vdso.Symbols((Elf64_Ehdr*)copy);
        Redirect(symbols, copy, real, replacement);
        VdsoHashTable.Add((Elf64_Ehdr*)copy, symbols, (uint*)(copy + length));
        *OriginalField((Elf64_Ehdr*)copy) = real;
        Kernel.Protect(copy, length + VdsoHashTable.Size, Mman.PROT_READ);
        if (InitialStack.TrySet(Auxv.AT_SYSINFO_EHDR, (nuint)copy))
            Image = (Elf64_Ehdr*)copy;
        else
            Kernel.Unmap(copy, length + VdsoHashTable.Size);
    }

    /// <summary>The real vDSO's image, even if <paramref name="image"/> is a copy that another copy of this library made.</summary>
    public static Elf64_Ehdr* OriginalOf(Elf64_Ehdr* image) =>
        image != null && IsCopy(image) ? (Elf64_Ehdr*)*OriginalField(image) : image;

    private static bool IsCopy(Elf64_Ehdr* image) => *OriginalField(image) != 0;

    // The second half of e_ident is padding, except its first byte, the ABI version, which is 0 in a vDSO.
    private static nint* OriginalField(Elf64_Ehdr* image) => (nint*)&image->e_ident[8];

    private static void Redirect(SymbolTable symbols, nint copy, nint real, delegate*<byte*, nint> replacement)
    {
        for (uint i = 1; i < symbols.Count; i++)
        {
            Elf64_Sym* symbol = symbols.At(i);
            nint ours = replacement(symbols.NameOf(symbol));
            if (ours != 0)
                symbol->st_value = (nuint)ours - symbols.Base;
            else if (GoroutineRegister.IsChangedBy(symbols, symbol))
                symbol->st_shndx = Elf64_Sym.SHN_UNDEF;
            else if (symbol->st_shndx < Elf64_Sym.SHN_LORESERVE && symbol->st_shndx != Elf64_Sym.SHN_UNDEF)
                symbol->st_value += (nuint)(real - copy);
        }
    }
}
