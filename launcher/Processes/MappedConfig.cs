using System.Runtime.InteropServices;
using VirtTime.Config;
using VirtTime.Libc;
using VirtTime.Native;

namespace VirtTime.Processes;

/// <summary>A config file that a process has mapped, open for reading.</summary>
internal sealed class MappedConfig : IDisposable
{
    private MappedConfig(Descriptor file, Mapping mapping, statx_buffer status, bool isMarked, string? path)
    {
        File = file;
        Mapping = mapping;
        IsWritable = mapping.IsWritable;
        Status = status;
        IsMarked = isMarked;
        Path = path;
    }

    /// <summary>The file itself; its names are not used any more.</summary>
    public Descriptor File { get; }

    public Mapping Mapping { get; }

    public statx_buffer Status { get; }

    /// <summary>VirtTime's extension block is in it, so that it is no accident that it looks like a config file.</summary>
    public bool IsMarked { get; }

    /// <summary>Whether the process may write the file, as far as its mapping shows.</summary>
    public bool IsWritable { get; }

    /// <summary>A name that led to it when it was opened, if there was one.</summary>
    public string? Path { get; }

    /// <summary>For people: where there is no path to it, what the kernel says, such as <c>/tmp/conf (deleted)</c>.</summary>
    public string ShownPath => Path ?? Mapping.Name;

    /// <summary>Null where the file cannot be opened (<see cref="Errno.Last"/> says why), or is no config file (0).</summary>
    public static MappedConfig? TryOpen(ProcFolder proc, int pid, in Mapping mapping)
    {
        Descriptor file = MappedFileAccess.TryOpenToRead(proc, pid, mapping);
        if (!file.IsOpen)
            return null;

        bool isMarked = false;
        if (file.TryStat(out statx_buffer status) && IsConfig(file.Number, (long)status.stx_size, out isMarked))
            return new MappedConfig(file, mapping, status, isMarked, MappedFileAccess.TryFindPath(pid, mapping, status));

        file.Dispose();
        Marshal.SetLastPInvokeError(0);
        return null;
    }

    public void Dispose() => File.Dispose();

    // Read and not mapped: a hole is not filled, and a file that is somebody else's is left as it is.
    private static unsafe bool IsConfig(int descriptor, long size, out bool isMarked)
    {
        timespec offset = default;
        byte* block = stackalloc byte[ConfigLayout.ExtensionSize];
        new Span<byte>(block, ConfigLayout.ExtensionSize).Clear();
        ConfigExtension* extension = (ConfigExtension*)block;
        isMarked = false;
        if (SystemCalls.pread(descriptor, (byte*)&offset, sizeof(timespec), ConfigLayout.OffsetPosition) != sizeof(timespec))
            return false;

        if (ConfigFormat.HasExtension(size))
            SystemCalls.pread(descriptor, block, ConfigLayout.ExtensionSize, ConfigLayout.ExtensionPosition);

        isMarked = ConfigFormat.HasExtension(size) && extension->magic == ConfigExtension.MagicValue;
        return ConfigFormat.Check(size, &offset, extension) == ConfigDefect.None;
    }
}
