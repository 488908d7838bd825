using VirtTime.Libc;

namespace VirtTime.SystemCalls;

/// <summary>Maps parts of the config file. Only what is used is mapped, since <c>mlockall</c> and <c>RLIMIT_AS</c> count addresses, not memory.</summary>
internal static unsafe class FileMapping
{
    private const int ReadWrite = Mman.PROT_READ | Mman.PROT_WRITE;

    public static nint PageSize => (nint)Auxv.getauxval(Auxv.AT_PAGESZ);

    /// <summary>Memory of our own. Negative <c>errno</c> on failure, as of all that is here.</summary>
    public static nint MapPrivate(nint length) =>
        Kernel.Map(0, length, ReadWrite, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);

    /// <summary>Makes memory of our own zero in every forked child. False where the kernel cannot do that (before 4.14).</summary>
    public static bool WipeOnFork(nint address, nint length) =>
        !Kernel.IsError(Kernel.Call(SyscallNumbers.madvise, address, length, Mman.MADV_WIPEONFORK));

    /// <summary>Puts a page of the file in the place of one of our own.</summary>
    public static nint MapPageAt(nint place, int descriptor, long position, int access) =>
        Kernel.Map(place, PageSize, access, Mman.MAP_SHARED | Mman.MAP_FIXED, descriptor, position & -PageSize);

    /// <summary>Part of the file, while it is open; the address of the byte at <paramref name="position"/>.</summary>
    public static nint MapPart(int descriptor, nint position, nint length)
    {
        nint start = position & -PageSize;
        nint address = Kernel.Map(0, position + length - start, ReadWrite, Mman.MAP_SHARED, descriptor, start);
        return Kernel.IsError(address) ? address : address + (position - start);
    }

    /// <summary>
    /// The same later, by another mapping of its first page: the descriptor was closed long ago, and the path may lead elsewhere, or be
    /// closed to the user that the program has become. <c>mremap</c> of no length makes another mapping of the same file (man 2 mremap),
    /// as long as we like; its beginning is taken away again.
    /// </summary>
    /// <param name="firstPage">A mapping of the file's first page without access, so that nothing is filled in under <c>mlockall</c>.</param>
    /// <param name="position">Where the part begins; the address of that byte is returned.</param>
    /// <param name="length">Its length; all of it lies in the file.</param>
    public static nint MapAgain(nint firstPage, nint position, nint length)
    {
        nint start = position & -PageSize;
        nint end = (position + length + PageSize - 1) & -PageSize;
        nint all = Kernel.Call(SyscallNumbers.mremap, firstPage, 0, end, Mman.MREMAP_MAYMOVE);

        // The kernel counts all of a locked mapping against RLIMIT_MEMLOCK, also what is taken away at once (EAGAIN). Unlocked, nothing counts.
        bool isTooMuchLocked = all == -Errno.EAGAIN;
        if (isTooMuchLocked)
        {
            Kernel.Call(SyscallNumbers.munlock, firstPage, PageSize);
            all = Kernel.Call(SyscallNumbers.mremap, firstPage, 0, end, Mman.MREMAP_MAYMOVE);
            Kernel.Call(SyscallNumbers.mlock, firstPage, PageSize);
        }

        if (Kernel.IsError(all))
            return all;
        if (start != 0)
            Kernel.Unmap(all, start);
        nint error = Kernel.Protect(all + start, end - start, ReadWrite);
        if (!Kernel.IsError(error))
        {
            if (isTooMuchLocked)
                Kernel.Call(SyscallNumbers.mlock, all + start, end - start);
            return all + position;
        }

        Kernel.Unmap(all + start, end - start);
        return error;
    }

    /// <summary>Takes back what <see cref="MapAgain"/> returned.</summary>
    public static void Unmap(nint address, nint length)
    {
        nint start = address & -PageSize;
        Kernel.Unmap(start, ((address + length + PageSize - 1) & -PageSize) - start);
    }
}
