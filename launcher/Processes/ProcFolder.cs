using System.Globalization;
using VirtTime.Config;
using VirtTime.Native;

namespace VirtTime.Processes;

/// <summary>An open <c>/proc</c>. Process ids are those that it shows, whatever namespace it was mounted in.</summary>
internal sealed class ProcFolder : IDisposable
{
    private readonly Descriptor _folder;

    private ProcFolder(Descriptor folder) => _folder = folder;

    public int Descriptor => _folder.Number;

    /// <summary>Null where there is none (<see cref="Errno.Last"/> says why).</summary>
    public static ProcFolder? TryOpen()
    {
        Descriptor folder = Native.Descriptor.Open("/proc", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        return folder.IsOpen ? new ProcFolder(folder) : null;
    }

    /// <summary>The processes that are to be seen: not all of them where it is mounted with <c>hidepid</c>.</summary>
    public List<int> ProcessIds() => Numbers(Descriptor);

    /// <summary>The threads of a process by their ids here; empty where it is gone.</summary>
    public List<int> ThreadIds(int pid)
    {
        using Descriptor tasks = Native.Descriptor.OpenAt(Descriptor, $"{pid}/task", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        return tasks.IsOpen ? Numbers(tasks.Number) : [];
    }

    /// <summary>A whole file such as <c>1/status</c>, or null (<see cref="Errno.Last"/> says why).</summary>
    public byte[]? TryRead(string file) => SmallFile.TryReadAt(Descriptor, file);

    /// <summary>The same by one <c>read</c>: of one moment.</summary>
    public byte[]? TryReadAtOnce(string file) => SmallFile.TryReadAtOnce(Descriptor, file);

    /// <summary>This process, or 0 where it is in no namespace of this /proc.</summary>
    public int OwnProcess() =>
        int.TryParse(SmallFile.TryReadLink("/proc/self"), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0;

    public void Dispose() => _folder.Dispose();

    private static List<int> Numbers(int folder)
    {
        List<int> numbers = [];
        foreach (string name in DirectoryEntries.Read(folder))
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                numbers.Add(number);
        }

        return numbers;
    }
}
