namespace VirtTime.Target;

// The parts of <elf.h> that the launcher reads, in memory and on disk.

internal static class ElfConstants
{
    public const uint PT_LOAD = 1;
    public const uint PT_DYNAMIC = 2;
    public const uint PT_INTERP = 3;
    public const uint PT_NOTE = 4;
    public const uint PT_TLS = 7;
    public const uint PF_W = 2;

    public const long DT_SONAME = 14;

    public const byte ELFCLASS64 = 2;
    public const byte ELFDATA2LSB = 1;

    public const ushort ET_EXEC = 2;
    public const ushort ET_DYN = 3;

    public const ushort EM_X86_64 = 62;
    public const ushort EM_AARCH64 = 183;
}

internal unsafe struct Elf64_Ehdr
{
    public fixed byte e_ident[16];
    public ushort e_type;
    public ushort e_machine;
    public uint e_version;
    public long e_entry;
    public long e_phoff;
    public long e_shoff;
    public uint e_flags;
    public ushort e_ehsize;
    public ushort e_phentsize;
    public ushort e_phnum;
    public ushort e_shentsize;
    public ushort e_shnum;
    public ushort e_shstrndx;
}

internal struct Elf64_Phdr
{
    public uint p_type;
    public uint p_flags;
    public long p_offset;
    public long p_vaddr;
    public long p_paddr;
    public long p_filesz;
    public long p_memsz;
    public long p_align;
}
