using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>A lease to write (man 2 fcntl, <c>F_SETLEASE</c>): granted where nobody else has the file open or mapped, in whatever namespace.</summary>
internal static class FileLease
{
    /// <summary>Takes it, until the descriptor is closed or <see cref="Return"/> is called.</summary>
    public static bool TryTake(int descriptor)
    {
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
