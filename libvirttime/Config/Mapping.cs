using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>
/// A whole config layout in memory: the file's part shared with everybody who has it mapped, the rest private. Slot pages
/// are without access until a thread needs one (<see cref="SlotPages"/>), so that <c>mlockall</c> does not fill 67 MiB.
/// </summary>
internal static unsafe class Mapping
{
    /// <summary>Maps <paramref name="descriptor"/> over the start of a fresh layout. Negative <c>errno</c> on failure.</summary>
    /// <param name="descriptor">The open file.</param>
    /// <param name="size">Its size in bytes, at least <see cref="ConfigLayout.SmallestFileSize"/>.</param>
    /// <param name="access">How page 0 and the extension block may be accessed.</param>
    public static nint Map(int descriptor, long size, int access)
    {
        nint start = size >= ConfigLayout.FileSize ? MapWhole(descriptor) : MapPart(descriptor, (nint)size);
        if (Kernel.IsError(start))
            return start;
        nint error = Allow(start, ConfigLayout.OffsetPosition, access);
        if (!Kernel.IsError(error))
            error = Allow(start, ConfigLayout.ExtensionPosition, access);
        if (!Kernel.IsError(error))
            return start;
        Unmap(start);
        return error;
    }

    /// <summary>A layout that nobody shares, all of it without access.</summary>
    public static nint MapPrivate() =>
        Kernel.Map(0, (nint)ConfigLayout.FileSize, Mman.PROT_NONE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE, -1);

    public static void Unmap(nint start) => Kernel.Unmap(start, (nint)ConfigLayout.FileSize);

    /// <summary>Puts a private page of zeros in place of one that cannot be had.</summary>
    public static void Empty(nint start, long position)
    {
        nint pageSize = (nint)Auxv.getauxval(Auxv.AT_PAGESZ);
        nint page = (start + (nint)position) & -pageSize;
        const int Flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED;
        Kernel.Map(page, pageSize, Mman.PROT_READ | Mman.PROT_WRITE, Flags, -1);
    }

    /// <summary>Gives the page at <paramref name="position"/> of a layout its access rights. Negative <c>errno</c> on failure.</summary>
    public static nint Allow(nint start, long position, int access)
    {
        nint pageSize = (nint)Auxv.getauxval(Auxv.AT_PAGESZ);
        nint page = (start + (nint)position) & -pageSize;
        return Kernel.Protect(page, pageSize, access);
    }

    private static nint MapWhole(int descriptor) =>
        Kernel.Map(0, (nint)ConfigLayout.FileSize, Mman.PROT_NONE, Mman.MAP_SHARED, descriptor);

    private static nint MapPart(int descriptor, nint size)
    {
        nint start = MapPrivate();
        if (Kernel.IsError(start))
            return start;
        nint part = Kernel.Map(start, size, Mman.PROT_NONE, Mman.MAP_SHARED | Mman.MAP_FIXED, descriptor);
        if (Kernel.IsError(part))
            Unmap(start);
        return part;
    }
}
