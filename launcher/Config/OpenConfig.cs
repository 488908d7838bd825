using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>An open config file. It is read with <c>pread</c> and changed through a <see cref="LayoutMapping"/>.</summary>
internal sealed unsafe class OpenConfig : IDisposable
{
    private readonly Descriptor _file;

    private OpenConfig(string path, Descriptor file, in statx_buffer status, bool isWritable)
    {
        _file = file;
        Path = path;
        Size = (long)status.stx_size;
        Owner = status.stx_uid;
        HasOtherNames = status.stx_nlink > 1;
        IsWritable = isWritable;
    }

    public string Path { get; }

    /// <summary>In bytes. VirtTime never changes the size of an existing file.</summary>
    public long Size { get; }

    /// <summary>A user id.</summary>
    public uint Owner { get; }

    public bool IsWritable { get; }

    /// <summary>Whether the file has more than one name: hard links of the user, or the temporary name of a launcher that was killed.</summary>
    public bool HasOtherNames { get; }

    public int Descriptor => _file.Number;

    /// <summary>Opens an existing file to use or change it. Null if there is none.</summary>
    /// <param name="path">As the user gave it; symbolic links are followed.</param>
    /// <param name="toWrite">If true, fail if the file cannot be written. If false, open such a file read-only.</param>
    /// <exception cref="LauncherException">The file cannot be opened or is no config file.</exception>
    public static OpenConfig? TryOpen(string path, bool toWrite)
    {
        Descriptor file = Open(path, SystemCalls.O_RDWR);
        bool writable = file.IsOpen;
        if (!writable && !toWrite && ErrorNumber.Last is ErrorNumber.EACCES or ErrorNumber.EROFS or ErrorNumber.EPERM)
            file = Open(path, SystemCalls.O_RDONLY);

        return UseOpened(path, file, writable, toWrite);
    }

    /// <summary>Opens a file read-only, if possible without changing its access time. Null if there is none.</summary>
    /// <exception cref="LauncherException">The file cannot be opened or is no config file.</exception>
    public static OpenConfig? TryOpenToShow(string path)
    {
        // Only the owner may use O_NOATIME; others get EPERM.
        Descriptor file = Open(path, SystemCalls.O_RDONLY | SystemCalls.O_NOATIME);
        if (!file.IsOpen && ErrorNumber.Last == ErrorNumber.EPERM)
            file = Open(path, SystemCalls.O_RDONLY);

        return UseOpened(path, file, isWritable: false, toWrite: false);
    }

    /// <summary>Takes over a file that is already open, and closes it if it cannot be used.</summary>
    /// <param name="path">For messages.</param>
    /// <exception cref="LauncherException">The file is no config file.</exception>
    public static OpenConfig Use(string path, Descriptor file, bool isWritable, bool toWrite)
    {
        try
        {
            if (!file.TryStat(out statx_buffer status) || !status.IsRegularFile)
                throw ConfigErrors.CannotOpen(path, status.IsDirectory ? ErrorNumber.EISDIR : ErrorNumber.ENXIO, toWrite);

            OpenConfig config = new(path, file, status, isWritable);
            ConfigDefect defect = ConfigHeader.ReadNow(config).Defect;

            // Read twice: another launcher may be filling in the block. It stores the magic first, so the second read finds it.
            if (defect != ConfigDefect.None && (defect = ConfigHeader.ReadNow(config).Defect) != ConfigDefect.None)
                throw ConfigErrors.NotConfig(path, config.Size, defect);
            return config;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Fills <paramref name="bytes"/> from the file.</summary>
    /// <exception cref="LauncherException">The file cannot be read, or is too short.</exception>
    public void ReadAt(long position, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint length;
            do
            {
                length = SystemCalls.pread(Descriptor, start, bytes.Length, position);
            }
            while (length < 0 && ErrorNumber.Last == ErrorNumber.EINTR);

            if (length != bytes.Length)
                throw ConfigErrors.CannotRead(Path, length < 0 ? ErrorNumber.Last : 0);
        }
    }

    /// <summary>Checks that the file has not been truncated since it was opened. <c>SEEK_DATA</c> does not report that.</summary>
    /// <exception cref="LauncherException">The file was made shorter.</exception>
    public void CheckSize()
    {
        if (_file.TryStat(out statx_buffer status) && (long)status.stx_size < Size)
            throw ConfigErrors.CannotRead(Path, 0);
    }

    public void Dispose() => _file.Dispose();

    private static OpenConfig? UseOpened(string path, Descriptor file, bool isWritable, bool toWrite)
    {
        if (file.IsOpen)
            return Use(path, file, isWritable, toWrite);
        return ErrorNumber.Last == ErrorNumber.ENOENT ? null : throw ConfigErrors.CannotOpen(path, ErrorNumber.Last, toWrite);
    }

    // O_NONBLOCK, because opening a pipe must not block. EAGAIN means that another launcher holds a lease on the file to find out whether a
    // process uses it. Then a blocking open is right: the kernel ends the wait after /proc/sys/fs/lease-break-time seconds.
    private static Descriptor Open(string path, int access)
    {
        int flags = access | SystemCalls.O_NOCTTY;
        Descriptor file = Base.Descriptor.Open(path, flags | SystemCalls.O_NONBLOCK);
        return file.IsOpen || ErrorNumber.Last != ErrorNumber.EAGAIN ? file : Base.Descriptor.Open(path, flags);
    }
}
