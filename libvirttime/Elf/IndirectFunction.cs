using VirtTime.Libc;

namespace VirtTime.Elf;

/// <summary><c>STT_GNU_IFUNC</c>: the symbol is a function that returns the function.</summary>
internal static unsafe class IndirectFunction
{
    // arm64 resolvers get AT_HWCAP with this bit when a pointer to more follows; they cope without the pointer.
    // x86-64 ones take no argument and ignore it.
    public static nint Resolve(nuint resolver) =>
        ((delegate* unmanaged[SuppressGCTransition]<nuint, nint>)resolver)(Auxv.getauxval(Auxv.AT_HWCAP));
}
