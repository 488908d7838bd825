using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.RealFunctions;

/// <summary>The real functions: libc's own, or those of another interposing library after this one.</summary>
internal static unsafe class Real
{
    private const nint RTLD_NEXT = -1;

    private static Table s_table;

    private struct Table
    {
        public fixed long Addresses[(int)RealFunction.Count];
    }

    /// <summary>
    /// Looks up all functions, a few also in versions for old programs only. Later calls then need not walk lists that another thread may be
    /// changing. May run several times, also in several threads: it stores the same values.
    /// </summary>
    public static void ResolveAll()
    {
        fixed (byte* names = RealFunctionNames.All)
        {
            byte* name = names;
            for (int i = 0; i < (int)RealFunction.Count; i++)
            {
                nint address = NextDefinition.Find(name);
                bool mayBeOld = (RealFunction)i is RealFunction.stime or RealFunction.ftime or RealFunction.__fxstat or RealFunction.__fxstat64;
                Volatile.Write(ref s_table.Addresses[i], address == 0 && mayBeOld ? NextDefinition.FindOld(name) : address);
                name += CString.Length(name) + 1;
            }
        }
    }

    /// <summary>
    /// Takes the vDSO's functions as the real ones, in a program without a loader: those that the vDSO's copy replaces and that are called if a clock
    /// is not virtual. They return <c>-errno</c>, as their callers there expect.
    /// </summary>
    public static void ResolveInVdso()
    {
        s_table.Addresses[(int)RealFunction.gettimeofday] = Vdso.Find("__vdso_gettimeofday"u8, "__kernel_gettimeofday"u8);
        s_table.Addresses[(int)RealFunction.time] = Vdso.Find("__vdso_time"u8, "__vdso_time"u8);
    }

    /// <summary>The address of a function as found at start; 0 if this libc did not have it then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Find(RealFunction function) => (nint)Volatile.Read(ref s_table.Addresses[(int)function]);

    /// <summary>A function, or another one if this libc lacks the first: newer musl versions have no names that end in 64.</summary>
    public static RealFunction Or(RealFunction function, RealFunction instead) => Find(function) != 0 ? function : instead;

    /// <summary>As <see cref="Find"/>, but a function that was missing at start is searched again; 0 if it is still missing.</summary>
    public static nint FindNow(RealFunction function)
    {
        nint address = Find(function);
        return address != 0 ? address : FindLate(function);
    }

    /// <summary>The function of a name; <see cref="RealFunction.Count"/> for a name that is not in the table.</summary>
    public static RealFunction Named(byte* wanted)
    {
        fixed (byte* names = RealFunctionNames.All)
        {
            byte* name = names;
            int i = 0;
            for (; i < (int)RealFunction.Count && !CString.AreEqual(name, wanted); i++)
                name += CString.Length(name) + 1;
            return (RealFunction)i;
        }
    }

    /// <summary>
    /// The address of a function. If it is missing, the address of a substitute that fails with <c>ENOSYS</c> in the way of that function.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint AddressOf(RealFunction function)
    {
        nint address = FindNow(function);
        return address != 0 ? address : Substitute(function);
    }

    /// <summary>The real <c>syscall(2)</c>: −1 and <c>errno</c> on failure.</summary>
    public static nint syscall(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint, nint>)AddressOf(RealFunction.syscall))(
            number, a, b, c, d, e, f);

    /// <summary>Calls a real function of up to four integer or pointer arguments. Surplus arguments do no harm.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Call(RealFunction function, nint a, nint b = 0, nint c = 0, nint d = 0) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint>)AddressOf(function))(a, b, c, d);

    /// <summary>Calls the function at an address with seven arguments, the most that any of them takes. Surplus arguments do no harm.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Invoke(nint address, Arguments* a) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint, nint>)address)(
            a->First, a->Second, a->Third, a->Fourth, a->Fifth, a->Sixth, a->Seventh);

    // Before glibc 2.34 the thread functions are in libpthread, which may have been loaded since. dlsym is asked first: it takes the loader's lock
    // against threads that load or unload libraries. But it does not find a library that a plugin loaded for itself alone (RTLD_LOCAL); for that the
    // list is walked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint FindLate(RealFunction function)
    {
        fixed (byte* names = RealFunctionNames.All)
        {
            byte* name = names;
            for (int i = 0; i < (int)function; i++)
                name += CString.Length(name) + 1;
            nint dlsym = Find(RealFunction.dlsym);
            nint address = dlsym == 0 ? 0 : ((delegate* unmanaged[SuppressGCTransition]<nint, byte*, nint>)dlsym)(RTLD_NEXT, name);
            if (address == 0)
                address = NextDefinition.Find(name);
            if (address != 0)
                Volatile.Write(ref s_table.Addresses[(int)function], address);
            return address;
        }
    }

    private static nint Substitute(RealFunction function)
    {
        if (function >= RealFunction.FirstThatReturnsZero)
            return (nint)(delegate*<nint>)&ReturnZero;
        return function >= RealFunction.FirstThatSetsErrno ? (nint)(delegate*<nint>)&SetErrno : (nint)(delegate*<nint>)&ReturnError;
    }

    private static nint ReturnError() => Errno.ENOSYS;

    private static nint SetErrno() => Errno.Return(-Errno.ENOSYS);

    private static nint ReturnZero() => 0;
}
