using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>
/// A lease to write (man 2 fcntl, <c>F_SETLEASE</c>): the kernel grants it where no other process has the file open or mapped, in whatever
/// namespace. Only on some filesystems is that so (<see cref="IsProof"/>), and only there is one taken.
/// </summary>
internal static class FileLease
{
    /// <summary>Whether a lease on this file, granted or refused, says whether other processes use it. Elsewhere <c>/proc</c> has to be searched.</summary>
    public static bool IsProof(int descriptor) => FilesystemKind.CountsAllUsers(descriptor);

    /// <summary>Takes it, until the descriptor is closed or <see cref="Return"/> is called. False also where it would prove nothing.</summary>
    public static bool TryTake(int descriptor)
    {
        if (!IsProof(descriptor))
            return false;

        // Somebody who opens the file breaks the lease, and the holder gets a signal: by default SIGIO, which would end us. So it is
        // one that is ignored by default, and then none.
        SystemCalls.fcntl(descriptor, SystemCalls.F_SETSIG, SystemCalls.SIGURG);
        if (SystemCalls.fcntl(descriptor, SystemCalls.F_SETLEASE, SystemCalls.F_WRLCK) != 0)
            return false;

        SystemCalls.fcntl(descriptor, SystemCalls.F_SETOWN, 0);
        return true;
    }

    /// <summary>Whether it is still held: nobody has opened the file meanwhile.</summary>
    public static bool IsHeld(int descriptor) => SystemCalls.fcntl(descriptor, SystemCalls.F_GETLEASE, 0) == SystemCalls.F_WRLCK;

    public static void Return(int descriptor) => SystemCalls.fcntl(descriptor, SystemCalls.F_SETLEASE, SystemCalls.F_UNLCK);
}
