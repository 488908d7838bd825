using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Lookup;

/// <summary>
/// <c>dlsym</c> and <c>dlvsym</c>: a look-up through a handle that would find one of our names in libc finds ours, and one in the vDSO what its
/// copy has. A look-up of <c>RTLD_DEFAULT</c> finds ours anyway, being first; one of <c>RTLD_NEXT</c> comes from another interposing
/// library, which must get what is behind it.
/// </summary>
/// <remarks>
/// Decided by what was noted at start. The loader's list, which another thread may be changing, is the real function's to look at, under its lock.
/// </remarks>
internal static unsafe class DynamicSymbols
{
    private const nint RTLD_DEFAULT = 0;
    private const nint RTLD_NEXT = -1;

    // Not an address that a look-up could give.
    private const nint Undecided = -1;

    // man 3 dlsym. glibc finds the caller of RTLD_NEXT by the return address, so the last call must be a jump, which the
    // compiler makes of it only while no local variable's address is taken.
    [RuntimeExport("dlsym")]
    private static nint dlsym(nint handle, byte* name)
    {
        Startup.Ensure();
        nint real = Real.Find(RealFunction.dlsym);
        nint found = Look(real, handle, name, null);
        if (found != Undecided)
            return found;
        if (!CompilerContract.CanCallAsManaged(real))
            return Ask(real, handle, name, null);
        return ((delegate*<nint, byte*, nint>)real)(handle, name);
    }

    // man 3 dlvsym
    [RuntimeExport("dlvsym")]
    private static nint dlvsym(nint handle, byte* name, byte* version)
    {
        Startup.Ensure();
        nint real = Real.Find(RealFunction.dlvsym);
        nint found = Look(real, handle, name, version);
        if (found != Undecided)
            return found;
        if (!CompilerContract.CanCallAsManaged(real))
            return Ask(real, handle, name, version);
        return ((delegate*<nint, byte*, byte*, nint>)real)(handle, name, version);
    }

    /// <summary>The answer where it is decided here; if not, the real function is to be asked as if we were not there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Look(nint real, nint handle, byte* name, byte* version)
    {
        if (real == 0)
            return 0;
        if (name == null)
            return Undecided;
        if (version == null && IsForOldProgramsOnly(real, name))
            return 0;
        nint ours = new SymbolTable(LoadedObjects.Self()).Find(name);
        nint replacement = VdsoFunctions.Replacement(name);
        if (ours == 0 && replacement == 0)
            return Undecided;

        // Nobody else has it: an older libc, or before glibc 2.34 a library that nobody has loaded yet. Let the real one say so, and set dlerror(3).
        RealFunction function = Real.Named(name);
        if (ours != 0 && Real.FindNow(function) == 0)
            return Ask(real, RTLD_NEXT, name, version);
        if (handle == RTLD_NEXT && version == null)
            return Undecided;

        // Ours has no version, which the real function takes for any.
        if (handle is RTLD_DEFAULT or RTLD_NEXT)
            return ours == 0 || version == null || Ask(real, RTLD_NEXT, name, version) != 0 ? Undecided : 0;
        nint found = Ask(real, handle, name, version);
        if (ours != 0 && IsOurs(function, found, version))
            return ours;
        return replacement != 0 && Vdso.Contains(found) ? replacement : found;
    }

    // What glibc has under an old version only is not found by its name alone, though ours would be, which has no version.
    private static bool IsForOldProgramsOnly(nint real, byte* name)
    {
        fixed (byte* stime = "stime"u8)
            return CString.AreEqual(name, stime) && Ask(real, RTLD_NEXT, name, null) == 0;
    }

    // An old version of a function takes other structures than the one that is interposed; only where both are one function does ours do for it.
    private static bool IsOurs(RealFunction function, nint found, byte* version) =>
        found != 0 && (found == Real.Find(function) || (version == null && Libraries.IsInLibc(found)));

    // A third argument that dlsym does not take does no harm.
    private static nint Ask(nint real, nint handle, byte* name, byte* version) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, byte*, byte*, nint>)real)(handle, name, version);
}
