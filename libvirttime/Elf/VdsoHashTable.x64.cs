namespace VirtTime.Elf;

/// <summary>On x86-64, every version of Go finds the functions of the copy as it is.</summary>
internal static unsafe class VdsoHashTable
{
    public const nint Size = 0;

    public static void Add(Elf64_Ehdr* copy, SymbolTable symbols, uint* table)
    {
    }
}
