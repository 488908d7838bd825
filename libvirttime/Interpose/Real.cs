using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>The real functions: libc's own, or those of another interposing library behind this one.</summary>
internal static unsafe class Real
{
    private static Table s_table;

    private struct Table
    {
        public fixed long Addresses[(int)RealFunction.Count];
    }

    /// <summary>Looks everything up, so that later calls need not walk lists that another thread may be changing. Same outcome each time.</summary>
    public static void ResolveAll()
    {
        fixed (byte* names = RealFunctionNames.All)
        {
            byte* name = names;
            for (int i = 0; i < (int)RealFunction.Count; i++)
            {
                bool isUsed = i < (int)RealFunction.FirstOfGlibcOnly || Find(RealFunction.gnu_get_libc_version) != 0;
                Volatile.Write(ref s_table.Addresses[i], isUsed ? NextDefinition.Find(name) : 0);
                name += CString.Length(name) + 1;
            }
        }
    }

    /// <summary>The address of a function or variable; 0 when this libc does not have it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Find(RealFunction function) => (nint)Volatile.Read(ref s_table.Addresses[(int)function]);

    /// <summary>The address of a function. Of a missing one, the address of a substitute that fails as the function would, with <c>ENOSYS</c>.</summary>
    public static nint AddressOf(RealFunction function)
    {
        nint address = Find(function);
        return address != 0 ? address : FindLate(function);
    }

    /// <summary>The real <c>syscall(2)</c>: −1 and <c>errno</c> on failure.</summary>
    public static nint syscall(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint, nint, nint, nint>)AddressOf(RealFunction.syscall))(
            number, a, b, c, d, e, f);

    /// <summary>Any real function of up to four integer or pointer arguments; those that it does not take do no harm.</summary>
    public static nint Call(RealFunction function, nint a, nint b = 0, nint c = 0, nint d = 0) =>
        ((delegate* unmanaged[SuppressGCTransition]<nint, nint, nint, nint, nint>)AddressOf(function))(a, b, c, d);

    // Before glibc 2.34 the threads were in a library of their own, which may have been loaded after this one started.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint FindLate(RealFunction function)
    {
        fixed (byte* names = RealFunctionNames.All)
        {
            byte* name = names;
            for (int i = 0; i < (int)function; i++)
                name += CString.Length(name) + 1;
            nint address = NextDefinition.Find(name);
            Volatile.Write(ref s_table.Addresses[(int)function], address);
            return address != 0 ? address : Substitute(function);
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
