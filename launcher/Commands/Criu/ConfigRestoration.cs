using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Commands.Criu;

/// <summary>
/// Brings a config file back as it was when the tree was dumped, slots and all: in place, since criu looks for the name and compares the size,
/// or created where it is missing.
/// </summary>
internal static class ConfigRestoration
{
    /// <exception cref="LauncherException">It is used, has another size, or cannot be written.</exception>
    public static void Run(string path, DumpImage image)
    {
        const int Flags = SystemCalls.O_RDWR | SystemCalls.O_NOCTTY | SystemCalls.O_NONBLOCK;
        Descriptor there = Descriptor.Open(path, Flags);
        if (there.IsOpen)
        {
            Replace(path, there, image);
            return;
        }

        if (ErrorNumber.Last != ErrorNumber.ENOENT)
            throw ErrorNumber.Last == ErrorNumber.EAGAIN ? MigrationErrors.InUse(path) : ConfigErrors.CannotOpen(path, ErrorNumber.Last, toWrite: true);

        using Descriptor made = Descriptor.Open(path, Flags | SystemCalls.O_CREAT | SystemCalls.O_EXCL, image.Header.mode);
        int error = made.IsOpen ? TryMake(made.Number, image) : ErrorNumber.Last;
        if (error == 0)
            return;
        if (made.IsOpen)
            SystemCalls.unlinkat(SystemCalls.AT_FDCWD, path, 0);
        throw ConfigErrors.CannotWrite(path, error);
    }

    private static void Replace(string path, Descriptor file, DumpImage image)
    {
        // What is no config file is not written over, whatever its size.
        using OpenConfig config = OpenConfig.Use(path, file, isWritable: true, toWrite: true);
        if (config.Size != image.Header.size)
            throw MigrationErrors.OtherSize(path, image.Header.size);

        if (!FileLease.TryTake(file.Number) && IsUsed(file.Number, ErrorNumber.Last))
            throw MigrationErrors.InUse(path);

        int error = SparseCopy.TryClear(file.Number, image.Header.size);
        if (error == 0)
            error = image.TryCopyTo(file.Number);
        if (error != 0)
            throw ConfigErrors.CannotWrite(path, error);
    }

    // Not every filesystem has leases that prove anything, and not every user may take one of another user's file.
    private static bool IsUsed(int file, int leaseError) =>
        (FileLease.IsProof(file) && leaseError == ErrorNumber.EAGAIN) || ConfigUsers.Of(file).Users.Count > 0;

    private static int TryMake(int file, DumpImage image)
    {
        if (SystemCalls.ftruncate(file, image.Header.size) != 0 || SystemCalls.fchmod(file, image.Header.mode) != 0)
            return ErrorNumber.Last;

        // Only root may, and on another machine it may be somebody else's number.
        SystemCalls.fchown(file, image.Header.owner, image.Header.group);
        return image.TryCopyTo(file);
    }
}
