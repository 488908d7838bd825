using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>Creates config files. Another process sees either no file or the complete file.</summary>
internal static unsafe class ConfigCreation
{
    private const string TemporarySuffix = ".virttime-new-";

    /// <summary>Creates <paramref name="path"/>.</summary>
    /// <param name="content">Computes the offsets; called as late as possible.</param>
    /// <param name="mode">Permission bits; the umask does not apply.</param>
    /// <param name="size">The size of the layout, in bytes.</param>
    /// <returns>False if the name is taken, also by a dangling symbolic link; nothing was changed then.</returns>
    /// <exception cref="LauncherException">The file cannot be created; nothing is left behind.</exception>
    public static bool TryCreate(string path, uint mode, long size, Func<ConfigContent> content)
    {
        using Descriptor file = Descriptor.Open(DirectoryOf(path), SystemCalls.O_TMPFILE | SystemCalls.O_RDWR, mode);
        if (!file.IsOpen)
        {
            return ErrorNumber.Last is ErrorNumber.EOPNOTSUPP or ErrorNumber.EISDIR or ErrorNumber.EINVAL
                ? TryCreateUnderOtherName(path, mode, size, content)
                : throw ConfigErrors.CannotWrite(path, ErrorNumber.Last);
        }

        Fill(path, file.Number, mode, size, content());
        string unnamed = "/proc/self/fd/" + file.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (SystemCalls.linkat(SystemCalls.AT_FDCWD, unnamed, SystemCalls.AT_FDCWD, path, SystemCalls.AT_SYMLINK_FOLLOW) == 0)
            return true;

        return ErrorNumber.Last switch
        {
            ErrorNumber.EEXIST => false,
            ErrorNumber.ENOENT => TryCreateUnderOtherName(path, mode, size, content),
            _ => throw ConfigErrors.CannotWrite(path, ErrorNumber.Last),
        };
    }

    /// <summary>For a filesystem without unnamed files, or without /proc: creates the file under a temporary name and links it to its own.</summary>
    private static bool TryCreateUnderOtherName(string path, uint mode, long size, Func<ConfigContent> content)
    {
        SweepTemporary(path);
        string temporary = path + TemporarySuffix + MakerName.Own;
        SystemCalls.unlinkat(SystemCalls.AT_FDCWD, temporary, 0);
        using Descriptor file = Descriptor.Open(temporary, SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_EXCL, mode);
        if (!file.IsOpen)
            throw ConfigErrors.CannotWrite(path, ErrorNumber.Last);

        try
        {
            Fill(path, file.Number, mode, size, content());
            if (SystemCalls.linkat(SystemCalls.AT_FDCWD, temporary, SystemCalls.AT_FDCWD, path, 0) == 0)
                return true;

            return ErrorNumber.Last == ErrorNumber.EEXIST ? false : throw ConfigErrors.CannotWrite(path, ErrorNumber.Last);
        }
        finally
        {
            SystemCalls.unlinkat(SystemCalls.AT_FDCWD, temporary, 0);
        }
    }

    /// <summary>Deletes temporary names of <paramref name="path"/> that killed launchers left behind.</summary>
    public static void SweepTemporary(string path) => TemporaryNames.Sweep(DirectoryOf(path), NameOf(path) + TemporarySuffix);

    /// <summary>
    /// Writes a new file. The offset and the extension block are written even if zero: a target that touches a hole on a full disk dies
    /// of SIGBUS.
    /// </summary>
    /// <param name="path">For messages.</param>
    public static void Fill(string path, int file, uint mode, long size, ConfigContent content)
    {
        bool hasExtension = size >= ConfigLayout.ExtensionPosition + ConfigLayout.ExtensionSize;
        CheckSizeLimit(path, size);
        if (SystemCalls.ftruncate(file, size) != 0 || SystemCalls.fchmod(file, mode) != 0)
            throw ConfigErrors.CannotWrite(path, ErrorNumber.Last);

        timespec offset = content.Offset;
        ConfigExtension extension = content.Extension;
        if (hasExtension)
            Write(path, file, &extension, sizeof(ConfigExtension), ConfigLayout.ExtensionPosition);

        Write(path, file, &offset, sizeof(timespec), ConfigLayout.OffsetPosition);
    }

    private static void Write(string path, int file, void* data, int size, long position)
    {
        nint written = SystemCalls.pwrite(file, (byte*)data, size, position);
        if (written != size)
            throw ConfigErrors.CannotWrite(path, written < 0 ? ErrorNumber.Last : ErrorNumber.ENOSPC);
    }

    // Growing a file past RLIMIT_FSIZE raises SIGXFSZ, which would end the launcher.
    private static void CheckSizeLimit(string path, long size)
    {
        if (SystemCalls.getrlimit(SystemCalls.RLIMIT_FSIZE, out rlimit limit) == 0 && limit.rlim_cur < (ulong)size)
            throw ConfigErrors.CannotWrite(path, ErrorNumber.EFBIG);
    }

    private static string DirectoryOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? "." : path[..(slash + 1)];
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
