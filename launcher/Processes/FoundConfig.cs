using System.Runtime.InteropServices;
using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>A config file that a process has mapped, open for reading.</summary>
internal sealed class FoundConfig : IDisposable
{
    private FoundConfig(Descriptor file, Mapping mapping, statx_buffer status, Content content, string? path)
    {
        File = file;
        Mapping = mapping;
        Status = status;
        Read = content;
        Path = path;
    }

    /// <summary>The file itself; its names are not used any more.</summary>
    public Descriptor File { get; }

    public Mapping Mapping { get; }

    public statx_buffer Status { get; }

    /// <summary>VirtTime's extension block is in it, so that it is no accident that it looks like a config file.</summary>
    public bool IsMarked => Read.Extension.magic == ConfigExtension.MagicValue;

    /// <summary>A newer version has changed it, so that its clocks cannot be read.</summary>
    public bool IsNewer => IsMarked && ConfigFormat.IsNewer(Read.Extension.version, Read.Extension.flags);

    /// <summary>What was in it when it was opened.</summary>
    public Content Read { get; }

    /// <summary>Whether the process may write the file, as far as its mapping shows.</summary>
    public bool IsWritable => Mapping.IsWritable;

    /// <summary>A name that led to it when it was opened, if there was one.</summary>
    public string? Path { get; }

    /// <summary>For people: where there is no path to it, what the kernel says, such as <c>/tmp/conf (deleted)</c>.</summary>
    public string ShownPath => Path ?? Mapping.Name;

    /// <summary>Null where the file cannot be opened (<see cref="Errno.Last"/> says why), or is no config file (0).</summary>
    public static FoundConfig? TryOpen(ProcFolder proc, int pid, in Mapping mapping)
    {
        Descriptor file = MappedFileAccess.TryOpenToRead(proc, pid, mapping);
        if (!file.IsOpen)
            return null;

        if (file.TryStat(out statx_buffer status) && TryRead(file.Number, (long)status.stx_size, out Content content))
            return new FoundConfig(file, mapping, status, content, MappedFileAccess.TryFindPath(pid, mapping, status));

        file.Dispose();
        Marshal.SetLastPInvokeError(0);
        return null;
    }

    public void Dispose() => File.Dispose();

    // Read and not mapped: a hole is not filled, and a file that is somebody else's is left as it is.
    private static unsafe bool TryRead(int descriptor, long size, out Content content)
    {
        content = default;
        timespec offset = default;
        byte* block = stackalloc byte[ConfigLayout.ExtensionSize];
        new Span<byte>(block, ConfigLayout.ExtensionSize).Clear();
        if (SystemCalls.pread(descriptor, (byte*)&offset, sizeof(timespec), ConfigLayout.OffsetPosition) != sizeof(timespec))
            return false;

        if (ConfigFormat.HasExtension(size))
            SystemCalls.pread(descriptor, block, ConfigLayout.ExtensionSize, ConfigLayout.ExtensionPosition);

        content = new Content(offset, *(ConfigExtension*)block);

        // One of a newer version is still a config file; whoever uses it refuses it by name.
        return ConfigFormat.Check(size, &offset, (ConfigExtension*)block) is ConfigDefect.None or ConfigDefect.Newer;
    }

    /// <param name="Extension">All zero where there is none.</param>
    internal readonly record struct Content(timespec Offset, ConfigExtension Extension);
}
