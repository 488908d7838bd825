namespace VirtTime.Elf;

/// <summary>Structures of <c>&lt;elf.h&gt;</c>, 64 bit.</summary>
internal unsafe struct Elf64_Ehdr
{
    /// <summary>0x7f E L F, read as a little-endian integer.</summary>
    public const uint Magic = 0x464c_457f;

    public fixed byte e_ident[16];
    public ushort e_type;
    public ushort e_machine;
    public uint e_version;
    public nuint e_entry;
    public nuint e_phoff;
    public nuint e_shoff;
    public uint e_flags;
    public ushort e_ehsize;
    public ushort e_phentsize;
    public ushort e_phnum;

    /// <summary>The end of the image in memory, in bytes from its load bias.</summary>
    public readonly nuint SizeInMemory()
    {
        nuint end = 0;
        fixed (Elf64_Ehdr* image = &this)
        {
            Elf64_Phdr* headers = (Elf64_Phdr*)((byte*)image + e_phoff);
            for (int i = 0; i < e_phnum; i++)
            {
                if (headers[i].p_type == Elf64_Phdr.PT_LOAD && headers[i].p_vaddr + headers[i].p_memsz > end)
                    end = headers[i].p_vaddr + headers[i].p_memsz;
            }
        }

        return end;
    }
}

internal struct Elf64_Phdr
{
    public const uint PT_LOAD = 1;
    public const uint PT_DYNAMIC = 2;
    public const uint PT_INTERP = 3;
    public const uint PT_NOTE = 4;
    public const uint PT_PHDR = 6;

    public uint p_type;
    public uint p_flags;
    public nuint p_offset;
    public nuint p_vaddr;
    public nuint p_paddr;
    public nuint p_filesz;
    public nuint p_memsz;
    public nuint p_align;
}

internal struct Elf64_Dyn
{
    public const long DT_NULL = 0;
    public const long DT_HASH = 4;
    public const long DT_STRTAB = 5;
    public const long DT_SYMTAB = 6;
    public const long DT_SONAME = 14;
    public const long DT_DEBUG = 21;
    public const long DT_GNU_HASH = 0x6ffffef5;
    public const long DT_VERSYM = 0x6ffffff0;

    public long d_tag;
    public nuint d_val;
}

internal struct Elf64_Sym
{
    public const int STT_TLS = 6;
    public const int STT_GNU_IFUNC = 10;
    public const ushort SHN_UNDEF = 0;
    public const ushort SHN_LORESERVE = 0xff00;

    public uint st_name;
    public byte st_info;
    public byte st_other;
    public ushort st_shndx;
    public nuint st_value;
    public nuint st_size;

    public readonly int Type => st_info & 0xf;
}

internal struct Elf64_Auxv
{
    public nuint a_type;
    public nuint a_val;
}
