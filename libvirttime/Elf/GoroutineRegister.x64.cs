namespace VirtTime.Elf;

/// <summary>On x86-64, Go's signal handlers find the goroutine by the thread's register fs, so any function of the vDSO is right.</summary>
internal static unsafe class GoroutineRegister
{
    public static bool IsChangedBy(SymbolTable symbols, nint address) => false;

    public static bool IsChangedBy(SymbolTable symbols, Elf64_Sym* function) => false;
}
