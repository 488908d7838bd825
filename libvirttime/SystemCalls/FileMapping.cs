using VirtTime.Libc;

namespace VirtTime.SystemCalls;

/// <summary>
/// Maps parts of the config file, and only those in use: <c>mlockall</c> and <c>RLIMIT_AS</c> count all that is mapped, touched or not.
/// </summary>
internal static unsafe class FileMapping
{
    private const int ReadWrite = Mman.PROT_READ | Mman.PROT_WRITE;

    public static nint PageSize => (nint)Auxv.getauxval(Auxv.AT_PAGESZ);

    /// <summary>Length of the mapping that <see cref="MapAgain"/> starts from.</summary>
    public static nint KeptLength => 2 * PageSize;

    /// <summary>Maps private memory. Like all methods here it returns <c>-errno</c> on failure.</summary>
    public static nint MapPrivate(nint length) =>
        Kernel.Map(0, length, ReadWrite, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);

    /// <summary>Makes the kernel clear private memory in forked children. False if the kernel cannot do that (before 4.14).</summary>
    public static bool WipeOnFork(nint address, nint length) =>
        !Kernel.IsError(Kernel.Call(SyscallNumbers.madvise, address, length, Mman.MADV_WIPEONFORK));

    /// <summary>Takes the pages of a shared mapping from this process. The file keeps them, and the next access brings them back.</summary>
    public static void DropPages(nint address, nint length) =>
        Kernel.Call(SyscallNumbers.madvise, address & -PageSize, length, Mman.MADV_DONTNEED);

    /// <summary>Maps a page of the file over a page of private memory.</summary>
    public static nint MapPageAt(nint place, int descriptor, long position, int access) =>
        Kernel.Map(place, PageSize, access, Mman.MAP_SHARED | Mman.MAP_FIXED, descriptor, position & -PageSize);

    /// <summary>Maps part of the file while it is open; returns the address of the byte at <paramref name="position"/>.</summary>
    public static nint MapPart(int descriptor, nint position, nint length)
    {
        nint start = position & -PageSize;
        nint address = Kernel.Map(0, position + length - start, ReadWrite, Mman.MAP_SHARED, descriptor, start);
        return Kernel.IsError(address) ? address : address + (position - start);
    }

    /// <summary>
    /// As <see cref="MapPart"/>, without a descriptor: <c>mremap</c> with an old size of 0 makes another mapping of the same file (man 2 mremap).
    /// </summary>
    /// <remarks>
    /// The descriptor was closed at start. The path may lead to another file by now, or the program may have become a user that must not open it.
    /// </remarks>
    /// <param name="firstPage">A mapping of the file's first <see cref="KeptLength"/> bytes without access, so that <c>mlockall</c> allocates nothing for it.</param>
    /// <param name="position">Position of the part in the file; the address of that byte is returned.</param>
    /// <param name="length">Length of the part in bytes; all of it lies in the file.</param>
    public static nint MapAgain(nint firstPage, nint position, nint length)
    {
        nint start = position & -PageSize;
        nint end = (position + length + PageSize - 1) & -PageSize;
        nint all = Kernel.Call(SyscallNumbers.mremap, firstPage, 0, end, Mman.MREMAP_MAYMOVE);

        // The new mapping begins at the file's start, and if it is locked the kernel counts all of it against RLIMIT_MEMLOCK (EAGAIN), even what is
        // unmapped right away. An unlocked mapping does not count.
        bool isTooMuchLocked = all == -Errno.EAGAIN;
        if (isTooMuchLocked)
        {
            Kernel.Call(SyscallNumbers.munlock, firstPage, KeptLength);
            all = Kernel.Call(SyscallNumbers.mremap, firstPage, 0, end, Mman.MREMAP_MAYMOVE);
            Kernel.Call(SyscallNumbers.mlock, firstPage, KeptLength);
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

    /// <summary>Unmaps what <see cref="MapPart"/> or <see cref="MapAgain"/> returned.</summary>
    public static void Unmap(nint address, nint length)
    {
        nint start = address & -PageSize;
        Kernel.Unmap(start, ((address + length + PageSize - 1) & -PageSize) - start);
    }
}
