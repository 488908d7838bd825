using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>
/// What <c>dlsym(RTLD_NEXT, …)</c> would find from here, without its locks and its <c>malloc</c>: the definition in the
/// first object behind this library, so that other interposing libraries keep their turn.
/// </summary>
internal static unsafe class NextDefinition
{
    /// <summary>The address, or 0. When this library was loaded behind libc, any object but this one will do.</summary>
    public static nint Find(byte* name) => Find(name, isOld: false);

    /// <summary>The same for a definition that is there for old programs only.</summary>
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

    // Preloaded from two places, as nested launchers of two installations would do, the offset must still apply once.
    private static bool IsAnotherCopy(SymbolTable symbols)
    {
        fixed (byte* name = "libvirttime.so"u8)
            return symbols.Soname != null && CString.AreEqual(symbols.Soname, name);
    }
}
