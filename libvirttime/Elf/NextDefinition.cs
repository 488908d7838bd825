using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>
/// Finds what <c>dlsym(RTLD_NEXT, …)</c> would find from this library, without its locks and its <c>malloc</c>: the definition in the first object
/// after this library, so that other interposing libraries keep their turn.
/// </summary>
internal static unsafe class NextDefinition
{
    /// <summary>
    /// The address, or 0. If no object after this library has it (this library may come after libc), any other object's definition is taken.
    /// </summary>
    public static nint Find(byte* name) => Find(name, isOld: false);

    /// <summary>As <see cref="Find(byte*)"/>, for a definition that only old programs bind to.</summary>
    public static nint FindOld(byte* name) => Find(name, isOld: true);

    private static nint Find(byte* name, bool isOld)
    {
        link_map* self = LoadedObjects.Self();
        if (self == null)
            return 0;
        nint found = FindFrom(self->l_next, name, isOld, self);
        return found != 0 ? found : FindFrom(LoadedObjects.First(), name, isOld, self);
    }

    private static nint FindFrom(link_map* first, byte* name, bool isOld, link_map* except)
    {
        for (link_map* map = first; map != null; map = map->l_next)
        {
            SymbolTable symbols = new(map);
            if (map == except || IsAnotherCopy(symbols))
                continue;
            nint found = isOld ? symbols.FindOld(name) : symbols.Find(name);
            if (found != 0)
                return found;
        }

        return 0;
    }

    // If two installations are preloaded, as by nested launchers, the offset must still apply only once.
    private static bool IsAnotherCopy(SymbolTable symbols)
    {
        fixed (byte* name = "libvirttime.so"u8)
            return symbols.Soname != null && CString.AreEqual(symbols.Soname, name);
    }
}
