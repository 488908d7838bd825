using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary>Resolves an <c>STT_GNU_IFUNC</c> symbol: a function that returns the address of the real one.</summary>
internal static unsafe class IndirectFunction
{
    // arm64 resolvers get AT_HWCAP; a certain bit of it announces a pointer to more data as second argument. The bit is not set here, so they do not
    // read that argument. x86-64 resolvers ignore the argument.
    public static nint Resolve(nuint resolver) =>
        ((delegate* unmanaged[SuppressGCTransition]<nuint, nint>)resolver)(Auxv.getauxval(Auxv.AT_HWCAP));
}
