using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.Libc;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Lookup;

/// <summary>Interposes <c>dlsym</c> and <c>dlvsym</c>.</summary>
/// <remarks>
/// A look-up through a handle that would find an interposed function in libc finds ours, and one in the vDSO finds the function of its copy.
/// <c>RTLD_DEFAULT</c> finds ours anyway. <c>RTLD_NEXT</c> comes from another interposing library, which must get the next function. The
/// decision uses notes made at start: another thread may be changing the loader's list, which only the real function reads under its lock.
/// </remarks>
internal static unsafe class DynamicSymbols
{
    private const nint RTLD_DEFAULT = 0;
    private const nint RTLD_NEXT = -1;

    // No look-up returns this address.
    private const nint Undecided = -1;

    // man 3 dlsym. glibc finds the caller of RTLD_NEXT by the return address, so the last call must be a jump. The compiler makes it one only if no
    // local variable's address is taken.
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

    /// <summary>
    /// Returns the answer if it is decided here. Returns <see cref="Undecided"/> if the real function must be called as if this library were absent.
    /// </summary>
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

        // No other library has the function: libc is older, or it is before glibc 2.34 and the function's library is not loaded yet. The real
        // function reports that, and sets dlerror(3).
        RealFunction function = Real.Named(name);
        if (ours != 0 && Real.FindNow(function) == 0)
            return Ask(real, RTLD_NEXT, name, version);
        if (handle == RTLD_NEXT && version == null)
            return Undecided;

        // Our symbol has no version, so the real function would find it for any version. It may be found only if an object after this
        // library has that version.
        if (handle is RTLD_DEFAULT or RTLD_NEXT)
            return ours == 0 || version == null || Ask(real, RTLD_NEXT, name, version) != 0 ? Undecided : 0;
        nint found = Ask(real, handle, name, version);
        if (ours != 0 && IsOurs(function, found, version))
            return ours;
        return replacement != 0 && Vdso.Contains(found) ? replacement : found;
    }

    // glibc has stime only with an old version, so a look-up by its name alone must not find it. It would find ours, which has no version.
    private static bool IsForOldProgramsOnly(nint real, byte* name)
    {
        fixed (byte* stime = "stime"u8)
            return CString.AreEqual(name, stime) && Ask(real, RTLD_NEXT, name, null) == 0;
    }

    // An old version of a function takes other structures than the interposed one. Ours replaces it only if both versions are one function.
    private static bool IsOurs(RealFunction function, nint found, byte* version) =>
        found != 0 && (found == Real.Find(function) || (version == null && Libraries.IsInLibc(found)));

    // dlsym does not take the third argument, which does no harm.
    private static nint Ask(nint real, nint handle, byte* name, byte* version) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, byte*, byte*, nint>)real)(handle, name, version);
}
