using System;
using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>The vDSO: code that the kernel maps into every process to read clocks without a system call (man 7 vdso).</summary>
internal static unsafe class Vdso
{
    /// <summary>The real image; null if there is no vDSO, as under valgrind.</summary>
    public static Elf64_Ehdr* Image => VdsoCopy.OriginalOf((Elf64_Ehdr*)Auxv.getauxval(Auxv.AT_SYSINFO_EHDR));

    /// <summary>
    /// The vDSO's <c>clock_gettime</c>, which returns <c>-errno</c>; 0 if there is none, or if it changes Go's register
    /// (<see cref="GoroutineRegister"/>).
    /// </summary>
    public static nint FindClockGettime() => Find("__vdso_clock_gettime"u8, "__kernel_clock_gettime"u8);

    /// <summary>A function of the vDSO; 0 if it has no such function, or if there is no vDSO.</summary>
    /// <param name="x64">The function's name on x86-64, ended by a NUL.</param>
    /// <param name="arm64">Its name on arm64.</param>
    public static nint Find(ReadOnlySpan<byte> x64, ReadOnlySpan<byte> arm64)
    {
        Elf64_Ehdr* image = Image;
        if (image == null)
            return 0;
        fixed (byte* x64Name = x64, arm64Name = arm64)
        {
            SymbolTable symbols = Symbols(image);
            nint found = symbols.Find(x64Name);
            if (found == 0)
                found = symbols.Find(arm64Name);
            return GoroutineRegister.IsChangedBy(symbols, found) ? 0 : found;
        }
    }

    public static bool Contains(nint address)
    {
        Elf64_Ehdr* image = Image;
        return image != null && address >= (nint)image && address < (nint)image + LengthOf(image);
    }

    /// <summary>
    /// Size of an image in memory in bytes, rounded up to 8. Counted from file offsets, since an old kernel's image does not begin at address 0.
    /// </summary>
    public static nint LengthOf(Elf64_Ehdr* image)
    {
        Elf64_Phdr* headers = (Elf64_Phdr*)((byte*)image + image->e_phoff);
        nuint end = 0;
        for (int i = 0; i < image->e_phnum; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_LOAD && headers[i].p_offset + headers[i].p_memsz > end)
                end = headers[i].p_offset + headers[i].p_memsz;
        }

        return (nint)((end + 7) & ~(nuint)7);
    }

    /// <summary>The symbols of a vDSO image or of a copy of one.</summary>
    public static SymbolTable Symbols(Elf64_Ehdr* image)
    {
        Elf64_Phdr* headers = (Elf64_Phdr*)((byte*)image + image->e_phoff);
        nuint bias = (nuint)image;
        nuint dynamic = 0;
        for (int i = 0; i < image->e_phnum; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_LOAD)
                bias = (nuint)image + headers[i].p_offset - headers[i].p_vaddr;
            else if (headers[i].p_type == Elf64_Phdr.PT_DYNAMIC)
                dynamic = headers[i].p_vaddr;
        }

        return new SymbolTable(bias, dynamic == 0 ? null : (Elf64_Dyn*)(bias + dynamic));
    }
}
