using System.Globalization;
using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>An open <c>/proc</c>. Process ids are those of the PID namespace that this <c>/proc</c> belongs to.</summary>
internal sealed class ProcFolder : IDisposable
{
    private readonly Descriptor _folder;

    private ProcFolder(Descriptor folder) => _folder = folder;

    public int Descriptor => _folder.Number;

    /// <summary>Null if it cannot be opened (<see cref="ErrorNumber.Last"/> says why).</summary>
    public static ProcFolder? TryOpen()
    {
        Descriptor folder = Base.Descriptor.Open("/proc", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        return folder.IsOpen ? new ProcFolder(folder) : null;
    }

    /// <summary>The ids of all visible processes; <c>hidepid</c> may hide some.</summary>
    public List<int> ProcessIds() => Numbers(Descriptor);

    /// <summary>The ids of a process's threads in this <c>/proc</c>; empty if the process has ended.</summary>
    public List<int> ThreadIds(int pid)
    {
        using Descriptor tasks = Base.Descriptor.OpenAt(Descriptor, $"{pid}/task", SystemCalls.O_RDONLY | SystemCalls.O_DIRECTORY);
        return tasks.IsOpen ? Numbers(tasks.Number) : [];
    }

    /// <summary>A whole file such as <c>1/status</c>, or null (<see cref="ErrorNumber.Last"/> says why).</summary>
    public byte[]? TryRead(string file) => SmallFile.TryReadAt(Descriptor, file);

    /// <inheritdoc cref="SmallFile.ReadAtOnce"/>
    public int ReadAtOnce(string file, ref byte[] buffer) => SmallFile.ReadAtOnce(Descriptor, file, ref buffer);

    /// <summary>The launcher's own process id in this <c>/proc</c>; 0 if this <c>/proc</c> does not show it.</summary>
    public int OwnProcess() =>
        int.TryParse(SmallFile.TryReadLink("/proc/self"), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0;

    /// <summary>
    /// Whether this <c>/proc</c> belongs to the launcher's own PID namespace, so that its ids are those of <c>ptrace</c>, <c>kill</c> and the
    /// user. It does not after <c>unshare --pid</c> or <c>nsenter --pid</c> without a new <c>/proc</c>.
    /// </summary>
    public bool IsOwn()
    {
        // In the /proc of a parent namespace the launcher may have the same number by chance, but then it has an id in two namespaces.
        return OwnProcess() == Environment.ProcessId
            && TryRead("self/status") is byte[] status && VirtTime.Processes.ThreadIds.CountNamespaces(status) <= 1;
    }

    /// <param name="what">The option that is refused, for the message.</param>
    /// <param name="otherRemedy">A second remedy for the message, or null.</param>
    /// <exception cref="LauncherException">This <c>/proc</c> belongs to another PID namespace.</exception>
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
