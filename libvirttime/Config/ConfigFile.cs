using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Opening the config file, at start and when a dead writer's change is to be completed.</summary>
internal static unsafe class ConfigFile
{
    private const int FirstFreeDescriptor = 3;

    /// <summary>
    /// A descriptor, or <c>-errno</c>. Never 0, 1 or 2: where the target was started without them, what it or we write there must not end up in the
    /// file.
    /// </summary>
    /// <param name="path">Where it is.</param>
    /// <param name="access"><c>O_RDWR</c> or <c>O_RDONLY</c>.</param>
    public static int Open(byte* path, int access)
    {
        int descriptor = OpenAnywhere(path, access);
        if (descriptor is < 0 or >= FirstFreeDescriptor)
            return descriptor;
        int moved = (int)Kernel.Call(SyscallNumbers.fcntl, descriptor, Mman.F_DUPFD_CLOEXEC, FirstFreeDescriptor);
        Kernel.Close(descriptor);
        return moved;
    }

    // A pipe must not block us. A file that a launcher holds a lease on, while it finds out whether anybody uses it, may.
    private static int OpenAnywhere(byte* path, int access)
    {
        int flags = access | Mman.O_CLOEXEC | Mman.O_NOCTTY;
        int descriptor = Kernel.Open(path, flags | Mman.O_NONBLOCK);
        if (descriptor != -Errno.EAGAIN)
            return descriptor;
        do
        {
            descriptor = Kernel.Open(path, flags);
        }
        while (descriptor == -Errno.EINTR);
        return descriptor;
    }
}
