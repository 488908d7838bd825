using VirtTime.Base;

namespace VirtTime.Freeze;

/// <summary>The open files of one or more threads of a process: mostly of all, but a thread may have a table of its own (<c>unshare</c>, <c>CLONE_FILES</c>).</summary>
/// <param name="Thread">One of the threads that have it. Not always the first thread, whose table is gone when it has ended.</param>
internal sealed record DescriptorTable(int Process, int Thread)
{
    // Where the kernel does not compare them, each thread's is looked at, which takes long.
    private const int MostUncompared = 64;

    private string Folder => $"/proc/{Process}/task/{Thread}";

    /// <summary>The distinct tables of a process.</summary>
    /// <param name="threads">All its threads, stopped.</param>
    /// <param name="areAll">False where some tables may be missing: the kernel does not compare them (<c>kcmp</c>), and there are too many threads.</param>
    public static List<DescriptorTable> Of(int process, IEnumerable<int> threads, out bool areAll)
    {
        // Sorted by kcmp, so that a thread is compared with few of them.
        List<DescriptorTable> tables = [];
        areAll = true;
        foreach (int thread in threads)
        {
            int place = PlaceOf(tables, thread);
            if (place == NoOrder && tables.Count >= MostUncompared)
                areAll = false;
            else if (place != Found)
                tables.Insert(place == NoOrder ? tables.Count : place, new DescriptorTable(process, thread));
        }

        return tables;
    }

    public List<string> Descriptors()
    {
        using Descriptor folder = Descriptor.Open($"{Folder}/fd", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        return folder.IsOpen ? DirectoryEntries.Read(folder.Number) : [];
    }

    public string? TargetOf(string descriptor) => SmallFile.TryReadLink($"{Folder}/fd/{descriptor}");

    public string InformationOf(int descriptor) => ByteString.From(SmallFile.TryRead($"{Folder}/fdinfo/{descriptor}") ?? []);

    /// <summary>A descriptor of ours for the same open file (Linux 5.6); not open where that cannot be had.</summary>
    public Descriptor Open(int descriptor)
    {
        using Descriptor thread = OpenThread();
        return new Descriptor(thread.IsOpen ? (int)SystemCalls.syscall(SystemCalls.SYS_pidfd_getfd, thread.Number, descriptor, 0) : -1);
    }

    // Before Linux 6.9, of the first thread only.
    private Descriptor OpenThread()
    {
        Descriptor thread = new((int)SystemCalls.syscall(SystemCalls.SYS_pidfd_open, Thread, SystemCalls.PIDFD_THREAD, 0));
        return thread.IsOpen || Thread != Process ? thread : new((int)SystemCalls.syscall(SystemCalls.SYS_pidfd_open, Process, 0, 0));
    }

    private const int Found = -1;
    private const int NoOrder = -2;

    // Where a thread's table belongs among those that are known.
    private static int PlaceOf(List<DescriptorTable> tables, int thread)
    {
        const nint Equal = 0, Less = 1, Greater = 2;
        int first = 0, end = tables.Count;
        while (first < end)
        {
            int middle = (first + end) / 2;
            switch (SystemCalls.syscall(SystemCalls.SYS_kcmp, thread, tables[middle].Thread, SystemCalls.KCMP_FILES, 0, 0))
            {
                case Equal:
                    return Found;
                case Less:
                    end = middle;
                    break;
                case Greater:
                    first = middle + 1;
                    break;
                default:
                    return NoOrder;
            }
        }

        return first;
    }
}
