using VirtTime.Base;

namespace VirtTime.Freeze;

/// <summary>
/// A descriptor table of a process. Mostly all threads share one; a thread can have its own (<c>unshare</c>, <c>clone</c> without
/// <c>CLONE_FILES</c>).
/// </summary>
/// <param name="Thread">A thread that uses the table. A first thread that has ended has no table any more.</param>
internal sealed record DescriptorTable(int Process, int Thread)
{
    // If the kernel cannot compare tables, the table of each thread is read, which is slow. This is the largest number of tables to read then.
    private const int MostUncompared = 64;

    private string Folder => $"/proc/{Process}/task/{Thread}";

    /// <summary>Returns the distinct tables of a process.</summary>
    /// <param name="threads">All threads of the process, stopped.</param>
    /// <param name="areAll">False if tables may be missing: the kernel does not compare tables (<c>kcmp</c>), and there are too many threads.</param>
    public static List<DescriptorTable> Of(int process, IEnumerable<int> threads, out bool areAll)
    {
        // The list is sorted in the order of kcmp, so that a thread is compared with few tables.
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

    /// <summary>Opens a descriptor of the launcher for the same open file (Linux 5.6); it is not open if the kernel refuses.</summary>
    public Descriptor Open(int descriptor)
    {
        using Descriptor thread = OpenThread();
        return new Descriptor(thread.IsOpen ? (int)SystemCalls.syscall(SystemCalls.SYS_pidfd_getfd, thread.Number, descriptor, 0) : -1);
    }

    // Linux before 6.9 opens a pidfd of the first thread only.
    private Descriptor OpenThread()
    {
        Descriptor thread = new((int)SystemCalls.syscall(SystemCalls.SYS_pidfd_open, Thread, SystemCalls.PIDFD_THREAD, 0));
        return thread.IsOpen || Thread != Process ? thread : new((int)SystemCalls.syscall(SystemCalls.SYS_pidfd_open, Process, 0, 0));
    }

    private const int Found = -1;
    private const int NoOrder = -2;

    // Returns the index at which the thread's table belongs, Found if the list has the table already, or NoOrder if the kernel cannot compare.
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
