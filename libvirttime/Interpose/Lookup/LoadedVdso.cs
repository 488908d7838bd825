using System.Runtime;
using System.Runtime.CompilerServices;
using VirtTime.Elf;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Lookup;

/// <summary>Shows the copy of the vDSO among the objects that <c>dl_iterate_phdr</c> lists.</summary>
/// <remarks>
/// The copy comes with the vDSO's name, for callers that look up its functions. The real vDSO follows with another name, for callers that search for
/// the object at an address.
/// </remarks>
internal static unsafe class LoadedVdso
{
    /// <summary><c>struct dl_phdr_info</c> of <c>&lt;link.h&gt;</c>.</summary>
    private struct dl_phdr_info
    {
        public nuint dlpi_addr;
        public byte* dlpi_name;
        public Elf64_Phdr* dlpi_phdr;
        public ushort dlpi_phnum;
        public fixed long dlpi_more[4];
    }

    private struct Iteration
    {
        public nint Callback;
        public nint Data;
    }

    // man 3 dl_iterate_phdr
    [RuntimeExport("dl_iterate_phdr")]
    private static int dl_iterate_phdr(nint callback, nint data)
    {
        Startup.Ensure();
        if (VdsoCopy.Image == null)
            return (int)Real.Call(RealFunction.dl_iterate_phdr, callback, data);
        Iteration iteration;
        iteration.Callback = callback;
        iteration.Data = data;
        return (int)Real.Call(RealFunction.dl_iterate_phdr, (nint)(delegate*<dl_phdr_info*, nint, Iteration*, int>)&Tell, (nint)(&iteration));
    }

    private static int Tell(dl_phdr_info* info, nint size, Iteration* iteration)
    {
        if ((Elf64_Ehdr*)info->dlpi_addr != Vdso.Image || size > sizeof(dl_phdr_info))
            return Call(iteration, info, size);
        dl_phdr_info other = *info;
        other.dlpi_addr = (nuint)VdsoCopy.Image;
        other.dlpi_phdr = (Elf64_Phdr*)((byte*)VdsoCopy.Image + VdsoCopy.Image->e_phoff);
        int result = Call(iteration, &other, size);
        if (result != 0)
            return result;
        other = *info;
        fixed (byte* name = "[vdso]"u8)
            other.dlpi_name = name;
        return Call(iteration, &other, size);
    }

    private static int Call(Iteration* iteration, dl_phdr_info* info, nint size) =>
        ((delegate* unmanaged[SuppressGCTransition]<dl_phdr_info*, nint, nint, int>)iteration->Callback)(info, size, iteration->Data);
}
