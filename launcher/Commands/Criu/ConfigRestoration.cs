using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Commands.Criu;

/// <summary>Restores a config file with its slots, as it was when the tree was dumped.</summary>
/// <remarks>An existing file is overwritten in place, because criu finds it by its name and compares the size. A missing file is created.</remarks>
internal static class ConfigRestoration
{
    /// <exception cref="LauncherException">The file is in use, has another size, or cannot be written.</exception>
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
        // Use refuses a file that is no config file, so that it is not overwritten.
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

    // A lease proves this on some filesystems only, and the kernel may refuse to give a lease on another user's file.
    private static bool IsUsed(int file, int leaseError) =>
        (FileLease.IsProof(file) && leaseError == ErrorNumber.EAGAIN) || ConfigUsers.Of(file).Users.Count > 0;

    private static int TryMake(int file, DumpImage image)
    {
        if (SystemCalls.ftruncate(file, image.Header.size) != 0 || SystemCalls.fchmod(file, image.Header.mode) != 0)
            return ErrorNumber.Last;

        // Only root may do this, so an error is ignored. On another machine the ids may be those of other users.
        SystemCalls.fchown(file, image.Header.owner, image.Header.group);
        return image.TryCopyTo(file);
    }
}
