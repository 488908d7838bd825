namespace VirtTime.Elf;

/// <summary>Gives the copy of the vDSO a hash table in which Go before 1.22 finds its functions.</summary>
/// <remarks>
/// These versions of Go have wrong hash values for the name of <c>clock_gettime</c> on arm64. Newer kernels, such as Linux 6.12, have only the GNU hash
/// table, in which a search compares hash values. So Go finds no function there, and reads the clocks by system calls of its own, which no library can
/// shift. In a table of the older kind a search compares names. With one bucket for all symbols, any hash value leads to the name.
/// </remarks>
internal static unsafe class VdsoHashTable
{
    private const int MostSymbols = 61;

    /// <summary>How many bytes the table takes behind the image.</summary>
    public const nint Size = (3 + MostSymbols) * sizeof(uint);

    /// <summary>Writes the table and replaces the GNU hash table by it.</summary>
    /// <param name="copy">The copy, still writable.</param>
    /// <param name="symbols">Its symbols, as they were read before this.</param>
    /// <param name="table"><see cref="Size"/> bytes of zeros behind the copy.</param>
    public static void Add(Elf64_Ehdr* copy, SymbolTable symbols, uint* table)
    {
        uint count = symbols.Count;
        if (count > MostSymbols)
            return;
        for (Elf64_Dyn* entry = DynamicSection(copy); entry != null && entry->d_tag != Elf64_Dyn.DT_NULL; entry++)
        {
            if (entry->d_tag != Elf64_Dyn.DT_GNU_HASH)
                continue;
            entry->d_tag = Elf64_Dyn.DT_HASH;
            entry->d_val = (nuint)table - symbols.Base;
        }

        // Bucket count, number of symbols, the bucket with the first symbol, and for each symbol the next one.
        table[0] = 1;
        table[1] = count;
        table[2] = 1;
        for (uint i = 1; i + 1 < count; i++)
            table[3 + i] = i + 1;
    }

    private static Elf64_Dyn* DynamicSection(Elf64_Ehdr* image)
    {
        Elf64_Phdr* headers = (Elf64_Phdr*)((byte*)image + image->e_phoff);
        for (int i = 0; i < image->e_phnum; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_DYNAMIC)
                return (Elf64_Dyn*)((byte*)image + headers[i].p_offset);
        }

        return null;
    }
}
