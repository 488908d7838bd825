using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Elf;

/// <summary><c>struct link_map</c> of <c>&lt;link.h&gt;</c>: one loaded object. These five fields are the same in glibc and musl.</summary>
internal unsafe struct link_map
{
    public nuint l_addr;
    public byte* l_name;
    public Elf64_Dyn* l_ld;
    public link_map* l_next;
    public link_map* l_prev;
}

/// <summary><c>struct r_debug</c> of <c>&lt;link.h&gt;</c>, which the loader provides for debuggers in <c>DT_DEBUG</c>.</summary>
internal unsafe struct r_debug
{
    public int r_version;
    public link_map* r_map;
}

/// <summary>The loaded objects in the loader's order: the program, preloaded libraries, needed libraries, libraries opened later.</summary>
/// <remarks>
/// Read without the loader's lock, which a signal handler or a forked child may find held. Objects that were loaded at start stay loaded. So a search
/// starts at the front and stops at the first match, before it reaches objects that another thread may be closing.
/// </remarks>
internal static unsafe class LoadedObjects
{
    private static byte s_here;
    private static nint s_self;

    /// <summary>The first object, which is the program; null if the list is not found.</summary>
    public static link_map* First()
    {
        Elf64_Phdr* headers = (Elf64_Phdr*)Auxv.getauxval(Auxv.AT_PHDR);
        if (headers == null)
            return null;
        nuint count = Auxv.getauxval(Auxv.AT_PHNUM);
        link_map* first = FirstBy(headers, count, LoadBias(headers, count));

        // A program that was linked as a library has no DT_DEBUG. The loader, which AT_BASE points to, has a symbol for it.
        Elf64_Ehdr* loader = (Elf64_Ehdr*)Auxv.getauxval(Auxv.AT_BASE);
        return first != null || loader == null
            ? first
            : FirstBy((Elf64_Phdr*)((byte*)loader + loader->e_phoff), loader->e_phnum, (nuint)loader);
    }

    private static link_map* FirstBy(Elf64_Phdr* headers, nuint count, nuint bias)
    {
        for (nuint i = 0; i < count; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_DYNAMIC)
            {
                r_debug* debug = FindDebug(bias, (Elf64_Dyn*)(bias + headers[i].p_vaddr));
                return debug == null ? null : debug->r_map;
            }
        }

        return null;
    }

    /// <summary>This library. Searched once, since the list may change later.</summary>
    public static link_map* Self()
    {
        if (s_self == 0)
        {
            fixed (byte* here = &s_here)
                s_self = (nint)Containing((nuint)here);
        }

        return (link_map*)s_self;
    }

    /// <summary>The object that contains <paramref name="address"/>, if any does: the one with the highest start that is not above it.</summary>
    public static link_map* Containing(nuint address)
    {
        link_map* closest = null;
        for (link_map* map = First(); map != null; map = map->l_next)
        {
            if (map->l_addr <= address && (closest == null || map->l_addr >= closest->l_addr))
                closest = map;
        }

        return closest;
    }

    /// <summary>Size of an object in bytes from its load bias; 0 if its ELF header does not lie there, as after prelinking.</summary>
    public static nuint SizeOf(link_map* map)
    {
        Elf64_Ehdr* image = (Elf64_Ehdr*)map->l_addr;
        return image != null && UserMemory.IsReadable(image) && *(uint*)image == Elf64_Ehdr.Magic ? image->SizeInMemory() : 0;
    }

    // A loader run as a command has no PT_PHDR. The program headers then lie right after the ELF header.
    private static nuint LoadBias(Elf64_Phdr* headers, nuint count)
    {
        for (nuint i = 0; i < count; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_PHDR)
                return (nuint)headers - headers[i].p_vaddr;
        }

        nuint image = (nuint)headers - (nuint)sizeof(Elf64_Ehdr);
        for (nuint i = 0; i < count; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_LOAD && headers[i].p_offset == 0)
                return image - headers[i].p_vaddr;
        }

        return image;
    }

    // If the loader was run as a command (`ld-musl-x86_64.so.1 PROGRAM`), the headers are the loader's own, which has no DT_DEBUG. It has the address
    // as a symbol.
    private static r_debug* FindDebug(nuint bias, Elf64_Dyn* dynamic)
    {
        for (Elf64_Dyn* entry = dynamic; entry->d_tag != Elf64_Dyn.DT_NULL; entry++)
        {
            if (entry->d_tag == Elf64_Dyn.DT_DEBUG)
                return (r_debug*)entry->d_val;
        }

        SymbolTable symbols = new(bias, dynamic);
        fixed (byte* musl = "_dl_debug_addr"u8, glibc = "_r_debug"u8)
        {
            r_debug** pointer = (r_debug**)symbols.Find(musl);
            return pointer != null ? *pointer : (r_debug*)symbols.Find(glibc);
        }
    }
}
