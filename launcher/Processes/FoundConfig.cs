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

    /// <summary>The open file. From here on, the launcher uses only this descriptor, no name.</summary>
    public Descriptor File { get; }

    public Mapping Mapping { get; }

    public statx_buffer Status { get; }

    /// <summary>Whether it has VirtTime's extension block, so that it is surely a config file.</summary>
    public bool IsMarked => Read.Extension.magic == ConfigExtension.MagicValue;

    /// <summary>Whether a newer VirtTime made or changed it, so that its clocks cannot be read.</summary>
    public bool IsNewer => IsMarked && ConfigFormat.IsNewer(Read.Extension.version, Read.Extension.flags);

    /// <summary>The content at the time of opening.</summary>
    public Content Read { get; }

    public bool IsWritable => Mapping.IsWritable;

    /// <summary>A path that led to the file at the time of opening, or null.</summary>
    public string? Path { get; }

    /// <summary>The path for messages; without a path, the name in <c>maps</c>, such as <c>/tmp/conf (deleted)</c>.</summary>
    public string ShownPath => Path ?? Mapping.Name;

    /// <summary>Null if the file cannot be opened (<see cref="ErrorNumber.Last"/> says why), or is no config file (then it is 0).</summary>
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

    // The file is read, not mapped: reading a hole through a mapping would allocate a page, also in a file that is no config file.
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

        // A file of a newer version is still a config file; the caller refuses it with a message.
        return ConfigFormat.Check(size, &offset, (ConfigExtension*)block) is ConfigDefect.None or ConfigDefect.Newer;
    }

    /// <param name="Extension">All zero if the file has none.</param>
    internal readonly record struct Content(timespec Offset, ConfigExtension Extension);
}
