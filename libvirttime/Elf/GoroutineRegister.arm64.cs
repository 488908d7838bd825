namespace VirtTime.Elf;

/// <summary>Tells whether a function of the vDSO changes x28, in which Go without cgo keeps its current goroutine.</summary>
/// <remarks>
/// Go's signal handlers take the goroutine from x28, unless the signal interrupted the page in which <c>clock_gettime</c> begins. Natively that page
/// holds the vDSO's other functions too. With the copy of the vDSO, it is a page of this library.
/// </remarks>
internal static unsafe class GoroutineRegister
{
    private const uint X28 = 28;
    private const uint StackPointer = 31;

    /// <summary>As <see cref="IsChangedBy(SymbolTable, Elf64_Sym*)"/>, for the function at an address.</summary>
    public static bool IsChangedBy(SymbolTable symbols, nint address)
    {
        for (uint i = 1; i < symbols.Count; i++)
        {
            Elf64_Sym* symbol = symbols.At(i);
            if ((nint)(symbols.Base + symbol->st_value) == address && IsChangedBy(symbols, symbol))
                return true;
        }

        return false;
    }

    /// <summary>Whether the function stores x28 on its stack, as it must before it changes the register.</summary>
    public static bool IsChangedBy(SymbolTable symbols, Elf64_Sym* function)
    {
        uint* code = (uint*)(symbols.Base + function->st_value);
        for (nuint i = 0; i < function->st_size / sizeof(uint); i++)
        {
            // stp of two 64-bit registers, and str of one, in all addressing modes.
            uint instruction = code[i];
            bool isPair = (instruction & 0xfe40_0000) == 0xa800_0000;
            bool isSingle = (instruction & 0xfec0_0000) == 0xf800_0000;
            bool names = (instruction & 31) == X28 || (isPair && ((instruction >> 10) & 31) == X28);
            if ((isPair || isSingle) && names && ((instruction >> 5) & 31) == StackPointer)
                return true;
        }

        return false;
    }
}
