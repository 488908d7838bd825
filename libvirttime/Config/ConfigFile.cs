using VirtTime.Clock;
using VirtTime.Elf;
using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>The config file that <c>VIRT_TIME_CONF</c> names, opened and mapped. Whatever is wrong with it, the target goes on.</summary>
internal unsafe struct ConfigFile
{
    /// <summary>The layout with the offset in it; 0 when there is no usable file.</summary>
    public nint Start;

    /// <summary>The layout with the slots in it: the same, or a private one when the file cannot be written; 0 for none.</summary>
    public nint Slots;

    /// <summary>Opens, maps and checks a file; says why on standard error when that fails.</summary>
    public static ConfigFile Open(byte* path)
    {
        ConfigFile file = default;
        int access = Mman.PROT_READ | Mman.PROT_WRITE;
        int descriptor = Open(path, Mman.O_RDWR);
        if (descriptor is -Errno.EACCES or -Errno.EPERM or -Errno.EROFS)
        {
            access = Mman.PROT_READ;
            descriptor = Open(path, Mman.O_RDONLY);
        }

        if (descriptor < 0)
        {
            Diagnostic.CannotUse(path, "cannot be opened"u8, -descriptor);
            return file;
        }

        file.MapOpened(path, descriptor, access);
        Kernel.Close(descriptor);
        return file;
    }

    // A pipe must not block us. A file that a launcher holds a lease on, while it finds out whether anybody uses it, may.
    private static int Open(byte* path, int access)
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

    private void MapOpened(byte* path, int descriptor, int access)
    {
        long size = Kernel.SizeOf(descriptor);
        if (size < ConfigLayout.SmallestFileSize)
        {
            Diagnostic.CannotUse(path, "is not a config file: shorter than 16 bytes"u8, 0);
            return;
        }

        nint start = Mapping.Map(descriptor, size, access);
        if (Kernel.IsError(start))
        {
            Diagnostic.CannotUse(path, "cannot be mapped"u8, (int)-start);
            return;
        }

        if (!IsSound(start, path))
        {
            Mapping.Unmap(start);
            return;
        }

        Start = start;
        Slots = (access & Mman.PROT_WRITE) != 0 ? start : Mapping.MapPrivate();
        if (Kernel.IsError(Slots))
            Slots = 0;
    }

    private static bool IsSound(nint start, byte* path)
    {
        timespec* offset = (timespec*)start;
        ConfigExtension* extension = (ConfigExtension*)(start + (nint)ConfigLayout.ExtensionPosition);
        if (!UserMemory.IsReadable(offset) || !HasExtension(start, extension))
            Diagnostic.CannotUse(path, "cannot be read: no space left for its pages"u8, 0);
        else if (!TimespecMath.HasValidNanoseconds(*offset))
            Diagnostic.CannotUse(path, "is not a config file: its offset has nanoseconds out of range"u8, 0);
        else if (extension->magic != 0 && extension->magic != ConfigExtension.MagicValue)
            Diagnostic.CannotUse(path, "is not a config file: its extension block is not ours"u8, 0);
        else if (!TimespecMath.HasValidNanoseconds(extension->boottime_offset))
            Diagnostic.CannotUse(path, "is not a config file: its boottime offset has nanoseconds out of range"u8, 0);
        else
            return true;
        return false;
    }

    // The extension block of a file that another tool made is a hole, and reading a hole of a full tmpfs needs a page.
    private static bool HasExtension(nint start, ConfigExtension* extension)
    {
        if (UserMemory.IsReadable(extension))
            return true;
        Mapping.Empty(start, ConfigLayout.ExtensionPosition);
        return UserMemory.IsReadable(extension);
    }
}
