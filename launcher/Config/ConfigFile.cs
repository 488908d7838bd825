using VirtTime.Libc;
using VirtTime.Native;

namespace VirtTime.Config;

/// <summary>An open config file whose offset and extension block are mapped.</summary>
/// <remarks>
/// The slots are read with <c>pread</c>: reading a hole of a tmpfs file through a mapping would allocate the page.
/// </remarks>
internal sealed unsafe class ConfigFile : IDisposable
{
    private const int PageSize = 4096;

    private readonly Descriptor _file;
    private byte* _offset;
    private byte* _extension;

    private ConfigFile(string path, Descriptor file, long size, bool isWritable)
    {
        _file = file;
        Path = path;
        Size = size;
        IsWritable = isWritable;
    }

    public string Path { get; }

    /// <summary>In bytes; never changed once the file exists.</summary>
    public long Size { get; }

    public bool IsWritable { get; }

    /// <summary>Links besides the one that it was opened by: of the user's making, or left by a creation that was killed.</summary>
    public bool HasOtherNames { get; private init; }

    public int Descriptor => _file.Number;

    /// <summary><c>ts_offset</c>, in place.</summary>
    public timespec* Offset => (timespec*)_offset;

    /// <summary>The extension block in place, or null where the file is too small.</summary>
    public ConfigExtension* Extension => (ConfigExtension*)_extension;

    /// <summary>Whether the block has been filled in by VirtTime; all zero otherwise.</summary>
    public bool HasExtension => _extension != null && Extension->magic == ConfigExtension.MagicValue;

    /// <summary>Opens a file that exists. Null where there is none.</summary>
    /// <param name="path">As the user gave it; symbolic links are followed.</param>
    /// <param name="toWrite">Fail where it cannot be written; otherwise a read-only file will do.</param>
    /// <exception cref="LauncherException">It cannot be opened or is no config file.</exception>
    public static ConfigFile? TryOpen(string path, bool toWrite)
    {
        const int Flags = SystemCalls.O_NOCTTY | SystemCalls.O_NONBLOCK;
        Descriptor file = Native.Descriptor.Open(path, SystemCalls.O_RDWR | Flags);
        bool writable = file.IsOpen;
        if (!writable && !toWrite && Errno.Last is Errno.EACCES or Errno.EROFS or Errno.EPERM)
            file = Native.Descriptor.Open(path, SystemCalls.O_RDONLY | Flags);

        if (!file.IsOpen)
            return Errno.Last == Errno.ENOENT ? null : throw ConfigErrors.CannotOpen(path, Errno.Last, toWrite);

        return Use(path, file, writable, toWrite);
    }

    /// <summary>Takes a file that is open already, and closes it where it cannot be used.</summary>
    /// <param name="path">For messages.</param>
    /// <exception cref="LauncherException">It is no config file.</exception>
    public static ConfigFile Use(string path, Descriptor file, bool isWritable, bool toWrite)
    {
        try
        {
            if (!file.TryStat(out statx_buffer status) || !status.IsRegularFile)
                throw ConfigErrors.CannotOpen(path, status.IsDirectory ? Errno.EISDIR : Errno.ENXIO, toWrite);

            ConfigFile config = new(path, file, (long)status.stx_size, isWritable) { HasOtherNames = status.stx_nlink > 1 };
            config.Map();
            return config;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Unmap(_offset);
        Unmap(_extension);
        _offset = null;
        _extension = null;
        _file.Dispose();
    }

    private void Map()
    {
        if (Size < ConfigLayout.SmallestFileSize)
            throw ConfigErrors.NotConfig(Path, Size, ConfigDefect.TooShort);

        _offset = MapPage(0);
        if (ConfigFormat.HasExtension(Size))
            _extension = MapPage(ConfigLayout.ExtensionPosition);
        ConfigDefect defect = Check();

        // Asked twice, since another launcher may be filling the block in: it marks it before all else.
        if (defect != ConfigDefect.None && (defect = Check()) != ConfigDefect.None)
            throw ConfigErrors.NotConfig(Path, Size, defect);
    }

    private ConfigDefect Check() => ConfigFormat.Check(Size, Offset, Extension);

    private byte* MapPage(long position)
    {
        // A page that is a hole would be allocated at the first touch, and a full filesystem would then end us with SIGBUS.
        if (IsWritable && SystemCalls.fallocate(Descriptor, SystemCalls.FALLOC_FL_KEEP_SIZE, position, 16) != 0
            && Errno.Last is Errno.ENOSPC or Errno.EDQUOT)
            throw ConfigErrors.CannotWrite(Path, Errno.Last);

        int protection = IsWritable ? SystemCalls.PROT_READ | SystemCalls.PROT_WRITE : SystemCalls.PROT_READ;
        nint address = SystemCalls.mmap(0, PageSize, protection, SystemCalls.MAP_SHARED, Descriptor, position);
        return address == -1 ? throw ConfigErrors.CannotOpen(Path, Errno.Last, IsWritable) : (byte*)address;
    }

    private static void Unmap(byte* page)
    {
        if (page != null)
            SystemCalls.munmap((nint)page, PageSize);
    }
}
