using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Opens the config file: at start, and to lock it for a change.</summary>
internal static unsafe class ConfigFile
{
    private const int FirstFreeDescriptor = 3;

    /// <summary>
    /// Returns a descriptor of 3 or more, or <c>-errno</c>. If the target was started with one of the descriptors 0 to 2 closed, the file must not
    /// get that number: output of the target or of this library would end up in the file.
    /// </summary>
    /// <param name="path">Path of the file.</param>
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

    // O_NONBLOCK keeps a path that leads to a FIFO from blocking the target. With it the kernel answers EAGAIN while a launcher holds a lease on the
    // file to find out if the file is in use; opening without O_NONBLOCK then waits until the lease ends.
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
