using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>An open config file. It is read with <c>pread</c>; <see cref="LayoutMapping"/> is for changing it.</summary>
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

    /// <summary>In bytes; never changed once the file exists.</summary>
    public long Size { get; }

    /// <summary>A user id.</summary>
    public uint Owner { get; }

    public bool IsWritable { get; }

    /// <summary>Links besides the one that it was opened by: of the user's making, or left by a creation that was killed.</summary>
    public bool HasOtherNames { get; }

    public int Descriptor => _file.Number;

    /// <summary>Opens a file that exists, to be used or changed. Null where there is none.</summary>
    /// <param name="path">As the user gave it; symbolic links are followed.</param>
    /// <param name="toWrite">Fail where it cannot be written; otherwise a read-only file will do.</param>
    /// <exception cref="LauncherException">It cannot be opened or is no config file.</exception>
    public static OpenConfig? TryOpen(string path, bool toWrite)
    {
        Descriptor file = Open(path, SystemCalls.O_RDWR);
        bool writable = file.IsOpen;
        if (!writable && !toWrite && ErrorNumber.Last is ErrorNumber.EACCES or ErrorNumber.EROFS or ErrorNumber.EPERM)
            file = Open(path, SystemCalls.O_RDONLY);

        return UseOpened(path, file, writable, toWrite);
    }

    /// <summary>Opens a file to look at it: nothing of it is changed, not even its times. Null where there is none.</summary>
    /// <exception cref="LauncherException">As of <see cref="TryOpen"/>.</exception>
    public static OpenConfig? TryOpenToShow(string path)
    {
        // Which only the owner may ask for.
        Descriptor file = Open(path, SystemCalls.O_RDONLY | SystemCalls.O_NOATIME);
        if (!file.IsOpen && ErrorNumber.Last == ErrorNumber.EPERM)
            file = Open(path, SystemCalls.O_RDONLY);

        return UseOpened(path, file, isWritable: false, toWrite: false);
    }

    /// <summary>Takes a file that is open already, and closes it where it cannot be used.</summary>
    /// <param name="path">For messages.</param>
    /// <exception cref="LauncherException">It is no config file.</exception>
    public static OpenConfig Use(string path, Descriptor file, bool isWritable, bool toWrite)
    {
        try
        {
            if (!file.TryStat(out statx_buffer status) || !status.IsRegularFile)
                throw ConfigErrors.CannotOpen(path, status.IsDirectory ? ErrorNumber.EISDIR : ErrorNumber.ENXIO, toWrite);

            OpenConfig config = new(path, file, status, isWritable);
            ConfigDefect defect = ConfigHeader.ReadNow(config).Defect;

            // Asked twice, since another launcher may be filling the block in: it marks it before all else.
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
    /// <exception cref="LauncherException">It cannot be read, or ends before.</exception>
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

    /// <summary>Whether what was read last was the file's end, or where it ended meanwhile, cannot be told otherwise.</summary>
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

    // A pipe must not block us. A file that another launcher holds a lease on, while it finds out whether anybody uses it, may: the
    // kernel ends the wait after /proc/sys/fs/lease-break-time.
    private static Descriptor Open(string path, int access)
    {
        int flags = access | SystemCalls.O_NOCTTY;
        Descriptor file = Base.Descriptor.Open(path, flags | SystemCalls.O_NONBLOCK);
        return file.IsOpen || ErrorNumber.Last != ErrorNumber.EAGAIN ? file : Base.Descriptor.Open(path, flags);
    }
}
