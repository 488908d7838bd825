using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>How an open file is to be known among the mappings of others.</summary>
/// <remarks>
/// What <c>maps</c> would show of it is found by mapping it ourselves, since <c>stat</c> shows other values on some filesystems
/// (<see cref="MappedFile"/>); privately, so that another launcher does not take us for one that uses the file. Where <c>map_files</c> may be read, which takes <c>CAP_SYS_ADMIN</c> or
/// <c>CAP_CHECKPOINT_RESTORE</c>, its <c>stat</c> tells apart what looks the same there.
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

    /// <summary>Null where the file cannot be mapped, or /proc does not show what we map.</summary>
    /// <param name="descriptor">Open for reading. Nothing of the file is touched.</param>
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

    /// <summary>Whether a process has this very file there.</summary>
    public bool IsOf(int pid, in Mapping mapping)
    {
        if (mapping.File != _file)
            return false;

        statx_buffer? other = _status is null ? null : Status($"{pid}", mapping);
        return other is null || other.Value.IsSameFileAs(_status!.Value);
    }

    private static statx_buffer? Status(string process, in Mapping mapping) => statx_buffer.Of($"/proc/{process}/map_files/{mapping.Range}");
}
