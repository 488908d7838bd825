using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary><c>struct link_map</c> of <c>&lt;link.h&gt;</c>: one loaded object. glibc and musl agree on these five fields.</summary>
internal unsafe struct link_map
{
    public nuint l_addr;
    public byte* l_name;
    public Elf64_Dyn* l_ld;
    public link_map* l_next;
    public link_map* l_prev;
}

/// <summary><c>struct r_debug</c> of <c>&lt;link.h&gt;</c>: what the dynamic loader leaves for debuggers in <c>DT_DEBUG</c>.</summary>
internal unsafe struct r_debug
{
    public int r_version;
    public link_map* r_map;
}

/// <summary>
/// The objects that are loaded, in the loader's order: the program, what is preloaded, what is needed, what was opened later.
/// Read without the loader's lock, which a signal handler or a forked child could find held.
/// </summary>
internal static unsafe class LoadedObjects
{
    private static byte s_here;

    /// <summary>The first object, which is the program; null when it has no dynamic section.</summary>
    public static link_map* First()
    {
        Elf64_Phdr* headers = (Elf64_Phdr*)Auxv.getauxval(Auxv.AT_PHDR);
        nuint count = Auxv.getauxval(Auxv.AT_PHNUM);
        if (headers == null)
            return null;

        nuint bias = 0;
        for (nuint i = 0; i < count; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_PHDR)
                bias = (nuint)headers - headers[i].p_vaddr;
        }

        for (nuint i = 0; i < count; i++)
        {
            if (headers[i].p_type == Elf64_Phdr.PT_DYNAMIC)
                return FromDynamic((Elf64_Dyn*)(bias + headers[i].p_vaddr));
        }

        return null;
    }

    /// <summary>This library.</summary>
    public static link_map* Self()
    {
        fixed (byte* here = &s_here)
            return Containing((nuint)here);
    }

    /// <summary>The object that <paramref name="address"/> lies in, if it lies in one: the last that starts below it.</summary>
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

    private static link_map* FromDynamic(Elf64_Dyn* dynamic)
    {
        for (; dynamic->d_tag != Elf64_Dyn.DT_NULL; dynamic++)
        {
            if (dynamic->d_tag == Elf64_Dyn.DT_DEBUG)
                return dynamic->d_val == 0 ? null : ((r_debug*)dynamic->d_val)->r_map;
        }

        return null;
    }
}
