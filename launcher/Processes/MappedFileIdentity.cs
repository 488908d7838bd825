using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>Recognises an open file among the mappings of other processes.</summary>
/// <remarks>
/// The launcher maps the file itself to learn what <c>maps</c> shows of it. The mapping is private, because another launcher counts
/// shared mappings as users of the file. See README.md, "Processes".
/// </remarks>
internal sealed class MappedFileIdentity
{
    private const int Length = 4096;

    private readonly MappedFile _file;
    private readonly statx_buffer? _status;

    private MappedFileIdentity(MappedFile file, statx_buffer? status)
    {
        _file = file;
        _status = status;
    }

    /// <summary>Null if the file cannot be mapped, or <c>/proc</c> does not show the launcher's own mappings.</summary>
    /// <param name="descriptor">Open for reading. No page of the file is touched.</param>
    public static MappedFileIdentity? TryOf(int descriptor)
    {
        nint address = SystemCalls.mmap(0, Length, SystemCalls.PROT_READ, SystemCalls.MAP_PRIVATE, descriptor, 0);
        if (address == -1)
            return null;

        try
        {
            string start = $"{address:x}-";
            foreach (Mapping mapping in ProcessMaps.Private(SmallFile.TryRead("/proc/self/maps")))
            {
                if (mapping.Range.StartsWith(start, StringComparison.Ordinal))
                    return new MappedFileIdentity(mapping.File, Status("self", mapping));
            }

            return null;
        }
        finally
        {
            SystemCalls.munmap(address, Length);
        }
    }

    /// <summary>Whether a mapping of a process is one of this file.</summary>
    public bool IsOf(int pid, in Mapping mapping)
    {
        if (mapping.File != _file)
            return false;

        statx_buffer? other = _status is null ? null : Status($"{pid}", mapping);
        return other is null || other.Value.IsSameFileAs(_status!.Value);
    }

    private static statx_buffer? Status(string process, in Mapping mapping) => statx_buffer.Of($"/proc/{process}/map_files/{mapping.Range}");
}
