using System.Runtime;
using VirtTime.Elf;

namespace VirtTime.Interpose;

/// <summary>
/// <c>dlsym</c> and <c>dlvsym</c>: a look-up through a handle that would find one of our names in libc finds ours.
/// A look-up of <c>RTLD_DEFAULT</c> finds ours anyway, being first; one of <c>RTLD_NEXT</c> comes from another interposing
/// library, which must get what is behind it.
/// </summary>
internal static unsafe class DynamicSymbols
{
    private const nint RTLD_DEFAULT = 0;
    private const nint RTLD_NEXT = -1;

    // A call through a managed function pointer looks at this bit of the address.
    private const nint FatPointerBit = 2;

    // man 3 dlsym. glibc finds the caller of RTLD_NEXT by the return address, so the last call must be a jump.
    [RuntimeExport("dlsym")]
    private static void* dlsym(nint handle, byte* name)
    {
        Startup.Ensure();
        nint real = Real.dlsym();
        if (real == 0)
            return null;
        if (Look(handle, name, null, real, out nint found))
            return (void*)found;
        if ((real & FatPointerBit) != 0)
            return (void*)Ask(real, handle, name, null);
        return ((delegate*<nint, byte*, void*>)real)(handle, name);
    }

    // man 3 dlvsym
    [RuntimeExport("dlvsym")]
    private static void* dlvsym(nint handle, byte* name, byte* version)
    {
        Startup.Ensure();
        nint real = Real.dlvsym();
        if (real == 0)
            return null;
        if (Look(handle, name, version, real, out nint found))
            return (void*)found;
        if ((real & FatPointerBit) != 0)
            return (void*)Ask(real, handle, name, version);
        return ((delegate*<nint, byte*, byte*, void*>)real)(handle, name, version);
    }

    /// <summary>Whether the answer is decided here; if not, the real function is asked as if we were not there.</summary>
    private static bool Look(nint handle, byte* name, byte* version, nint real, out nint found)
    {
        found = 0;
        if (handle == RTLD_NEXT || name == null)
            return false;
        nint ours = new SymbolTable(LoadedObjects.Self()).Find(name);
        if (ours == 0)
            return false;

        // A name that this libc does not have: let the real function say so, and set dlerror(3).
        if (NextDefinition.Find(name) == 0)
        {
            found = Ask(real, RTLD_NEXT, name, version);
            return true;
        }

        if (handle == RTLD_DEFAULT)
            return false;
        found = Ask(real, handle, name, version);
        if (found != 0 && Libraries.IsPartOfLibc((nuint)found))
            found = ours;
        return true;
    }

    // A third argument that dlsym does not take does no harm.
    private static nint Ask(nint real, nint handle, byte* name, byte* version) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, byte*, byte*, nint>)real)(handle, name, version);
}
