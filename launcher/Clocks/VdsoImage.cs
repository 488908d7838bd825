using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using VirtTime.Native;
using VirtTime.Target;

namespace VirtTime.Clocks;

/// <summary>Finds <c>clock_gettime</c> in the kernel's vDSO, as it lies in memory.</summary>
/// <remarks>
/// Not through <c>getauxval(AT_SYSINFO_EHDR)</c>, which an interposer may have pointed at an image of its own.
/// </remarks>
internal static unsafe class VdsoImage
{
    private const long DT_HASH = 4;
    private const long DT_STRTAB = 5;
    private const long DT_SYMTAB = 6;

    /// <summary>Its address, or 0 where there is none.</summary>
    public static nint FindClockGettime()
    {
        byte* image = (byte*)FindMapping();
        if (image == null)
            return 0;

        ReadOnlySpan<byte> name = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? "__kernel_clock_gettime"u8
            : "__vdso_clock_gettime"u8;
        return FindSymbol(image, name);
    }

    private static nint FindMapping()
    {
        string maps = Encoding.Latin1.GetString(SmallFile.TryRead("/proc/self/maps") ?? []);
        foreach (string line in maps.Split('\n'))
        {
            if (line.EndsWith("[vdso]", StringComparison.Ordinal))
                return nint.Parse(line.AsSpan(0, line.IndexOf('-')), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return 0;
    }

    private static nint FindSymbol(byte* image, ReadOnlySpan<byte> name)
    {
        Elf64_Ehdr* header = (Elf64_Ehdr*)image;
        Elf64_Phdr* segments = (Elf64_Phdr*)(image + header->e_phoff);
        byte* bias = image;
        long* dynamic = null;
        for (int i = 0; i < header->e_phnum; i++)
        {
            if (segments[i].p_type == ElfConstants.PT_LOAD)
                bias = image + segments[i].p_offset - segments[i].p_vaddr;
            else if (segments[i].p_type == ElfConstants.PT_DYNAMIC)
                dynamic = (long*)(image + segments[i].p_offset);
        }

        Elf64_Sym* symbols = null;
        byte* strings = null;
        uint* hash = null;
        for (; dynamic != null && *dynamic != 0; dynamic += 2)
        {
            byte* value = bias + dynamic[1];
            if (*dynamic == DT_SYMTAB)
                symbols = (Elf64_Sym*)value;
            else if (*dynamic == DT_STRTAB)
                strings = value;
            else if (*dynamic == DT_HASH)
                hash = (uint*)value;
        }

        if (symbols == null || strings == null)
            return 0;

        // Linux 6.12 dropped DT_HASH from some vDSOs; the string table follows the symbols there, which bounds them as well.
        long count = hash != null ? hash[1] : (strings - (byte*)symbols) / sizeof(Elf64_Sym);
        return FindSymbol(new ReadOnlySpan<Elf64_Sym>(symbols, (int)count), strings, bias, name);
    }

    private static nint FindSymbol(ReadOnlySpan<Elf64_Sym> symbols, byte* strings, byte* bias, ReadOnlySpan<byte> name)
    {
        foreach (Elf64_Sym symbol in symbols)
        {
            ReadOnlySpan<byte> found = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(strings + symbol.st_name);
            if (symbol.st_shndx != 0 && found.SequenceEqual(name))
                return (nint)(bias + symbol.st_value);
        }

        return 0;
    }
}
