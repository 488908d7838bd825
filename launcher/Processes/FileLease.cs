using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>
/// A write lease (man 2 fcntl, <c>F_SETLEASE</c>). The kernel grants it only if no other process, in any namespace, has the file open or
/// mapped. That holds on some filesystems only (<see cref="IsProof"/>); on others no lease is taken.
/// </summary>
internal static class FileLease
{
    /// <summary>Whether the kernel's answer to a lease on this file proves that other processes do or do not use it.</summary>
    public static bool IsProof(int descriptor) => FilesystemKind.CountsAllUsers(descriptor);

    /// <summary>Takes the lease until the descriptor is closed or <see cref="Return"/> is called. False also if it would prove nothing.</summary>
    public static bool TryTake(int descriptor)
    {
        if (!IsProof(descriptor))
            return false;

        // If another process opens the file, the kernel signals the lease's holder, by default with SIGIO, which would end the launcher.
        // SIGURG is ignored by default; after the lease is taken, F_SETOWN 0 stops the signal altogether.
        SystemCalls.fcntl(descriptor, SystemCalls.F_SETSIG, SystemCalls.SIGURG);
        if (SystemCalls.fcntl(descriptor, SystemCalls.F_SETLEASE, SystemCalls.F_WRLCK) != 0)
            return false;

        SystemCalls.fcntl(descriptor, SystemCalls.F_SETOWN, 0);
        return true;
    }

    /// <summary>Whether the lease is still held, so that no process has opened the file meanwhile.</summary>
    public static bool IsHeld(int descriptor) => SystemCalls.fcntl(descriptor, SystemCalls.F_GETLEASE, 0) == SystemCalls.F_WRLCK;

    public static void Return(int descriptor) => SystemCalls.fcntl(descriptor, SystemCalls.F_SETLEASE, SystemCalls.F_UNLCK);
}
