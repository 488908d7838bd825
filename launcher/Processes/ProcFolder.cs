using System.Globalization;
using VirtTime.Base;

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
        Descriptor folder = Base.Descriptor.Open("/proc", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        return folder.IsOpen ? new ProcFolder(folder) : null;
    }

    /// <summary>The processes that are to be seen: not all of them where it is mounted with <c>hidepid</c>.</summary>
    public List<int> ProcessIds() => Numbers(Descriptor);

    /// <summary>The threads of a process by their ids here; empty where it is gone.</summary>
    public List<int> ThreadIds(int pid)
    {
        using Descriptor tasks = Base.Descriptor.OpenAt(Descriptor, $"{pid}/task", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        return tasks.IsOpen ? Numbers(tasks.Number) : [];
    }

    /// <summary>A whole file such as <c>1/status</c>, or null (<see cref="Errno.Last"/> says why).</summary>
    public byte[]? TryRead(string file) => SmallFile.TryReadAt(Descriptor, file);

    /// <inheritdoc cref="SmallFile.ReadAtOnce"/>
    public int ReadAtOnce(string file, ref byte[] buffer) => SmallFile.ReadAtOnce(Descriptor, file, ref buffer);

    /// <summary>This process, or 0 where it is in no namespace of this /proc.</summary>
    public int OwnProcess() =>
        int.TryParse(SmallFile.TryReadLink("/proc/self"), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0;

    /// <summary>
    /// Whether it is the one of this process's PID namespace, so that its ids are those that <c>ptrace</c>, <c>kill</c> and the user mean. It is another one
    /// after <c>unshare --pid</c> or <c>nsenter --pid</c> without a new <c>/proc</c>.
    /// </summary>
    public bool IsOwn()
    {
        // A /proc of a namespace above ours shows us by a number that may be the same, but knows another one as well.
        return OwnProcess() == Environment.ProcessId
            && TryRead("self/status") is byte[] status && VirtTime.Processes.ThreadIds.CountNamespaces(status) <= 1;
    }

    /// <param name="what">What is refused.</param>
    /// <param name="otherRemedy">What else may be done; null for nothing.</param>
    /// <exception cref="LauncherException">It is of another namespace.</exception>
    public void DemandOwn(string what, string? otherRemedy = null)
    {
        if (!IsOwn())
            throw new LauncherException(
                what, "/proc belongs to another PID namespace and shows other process ids; mount the /proc of this namespace (unshare --mount-proc)"
                + (otherRemedy is null ? "" : ", " + otherRemedy));
    }

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
