using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>
/// Asks the kernel for shared file mappings only (<c>PROCMAP_QUERY</c>, Linux 6.11). Printing all other mappings in <c>maps</c> would take
/// most of the time.
/// </summary>
internal static unsafe class MapsQuery
{
    private const int NameSize = 4096;
    private const ulong Access =
        procmap_query.PROCMAP_QUERY_VMA_READABLE | procmap_query.PROCMAP_QUERY_VMA_WRITABLE | procmap_query.PROCMAP_QUERY_VMA_EXECUTABLE;
    private const ulong SharedFiles = procmap_query.PROCMAP_QUERY_COVERING_OR_NEXT_VMA
        | procmap_query.PROCMAP_QUERY_VMA_SHARED | procmap_query.PROCMAP_QUERY_FILE_BACKED_VMA;

    /// <summary>Null if the kernel has no <c>PROCMAP_QUERY</c>, or the process has no memory.</summary>
    /// <param name="maps">An open <c>/proc/PID/maps</c>.</param>
    public static List<Mapping>? TryReadShared(int maps)
    {
        List<Mapping> mappings = [];
        byte* name = stackalloc byte[NameSize];
        procmap_query query = default;
        do
        {
            query = new() { size = (ulong)sizeof(procmap_query), query_flags = SharedFiles, query_addr = query.vma_end };
            query.vma_name_addr = (nint)name;
            query.vma_name_size = NameSize;
            if (SystemCalls.ioctl(maps, procmap_query.PROCMAP_QUERY, &query) != 0)
                return ErrorNumber.Last == ErrorNumber.ENOENT ? mappings : null;

            mappings.Add(Describe(query, name));
        }
        while (true);
    }

    // The same values as in maps, except that a line feed in the name is not escaped.
    private static Mapping Describe(in procmap_query query, byte* name)
    {
        MappedFile file = new($"{query.dev_major:x2}:{query.dev_minor:x2}", query.inode);
        string range = $"{query.vma_start:x}-{query.vma_end:x}";
        bool isWritable = (query.vma_flags & procmap_query.PROCMAP_QUERY_VMA_WRITABLE) != 0;
        string path = query.vma_name_size == 0 ? "" : ByteString.FromTerminated(name);
        return new Mapping(range, file, isWritable, query.vma_offset, path) { HasNoAccess = (query.vma_flags & Access) == 0 };
    }
}
