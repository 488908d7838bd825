using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>Searches the processes that have a config file mapped. The search can be continued for processes that started meanwhile.</summary>
internal sealed class UserSearch : IDisposable
{
    // A process that is forked during a listing of /proc is in the next listing.
    private const int MostListings = 8;

    private readonly HashSet<int> _asked = [];
    private readonly List<ConfigUser> _users = [];
    private readonly List<int> _closed = [];
    private BlindSpots _blind;

    private UserSearch(ProcFolder? proc, MappedFileIdentity? file)
    {
        Proc = proc;
        File = file;
    }

    /// <summary>Null if there is no <c>/proc</c>; then no users are found.</summary>
    public ProcFolder? Proc { get; }

    /// <summary>Recognises the file among mappings; null if that is not possible, and then no users are found.</summary>
    public MappedFileIdentity? File { get; }

    public IReadOnlyList<ConfigUser> Users => _users;

    public ConfigUsers Found => new([.. _users], [.. _closed], _blind);

    /// <param name="descriptor">The config file, open for reading.</param>
    public static UserSearch Begin(int descriptor)
    {
        UserSearch search = new(ProcFolder.TryOpen(), MappedFileIdentity.TryOf(descriptor));
        if (search.Proc is null || search.File is null)
        {
            search._blind = BlindSpots.NoProc;
            return search;
        }

        KernelThreads kernel = KernelThreads.In(search.Proc);
        search._asked.UnionWith(kernel.Ids);
        search._asked.Add(search.Proc.OwnProcess());
        search._blind = kernel.AreShown ? BlindSpots.None : BlindSpots.UnseenProcesses;
        search.GoOn();
        return search;
    }

    /// <summary>Checks the processes that have not been checked yet.</summary>
    /// <returns>Whether at least one of them uses the file.</returns>
    public bool GoOn()
    {
        if (Proc is null || File is null)
            return false;

        int before = _users.Count;
        int newOnes = 1;
        for (int listing = 0; listing < MostListings && newOnes > 0; listing++)
            newOnes = AskNew(Proc, File);

        _blind &= ~BlindSpots.NewProcesses;
        _blind |= newOnes > 0 ? BlindSpots.NewProcesses : 0;
        _blind |= _closed.Count > 0 ? BlindSpots.ClosedProcesses : 0;
        return _users.Count > before;
    }

    public void Forget(Predicate<ConfigUser> which) => _users.RemoveAll(which);

    public void Dispose() => Proc?.Dispose();

    private int AskNew(ProcFolder proc, MappedFileIdentity file)
    {
        int newOnes = 0;
        foreach (int pid in proc.ProcessIds())
        {
            if (!_asked.Add(pid))
                continue;

            newOnes++;
            if (!TryAsk(proc, file, pid))
                _closed.Add(pid);
        }

        return newOnes;
    }

    private bool TryAsk(ProcFolder proc, MappedFileIdentity identity, int pid)
    {
        List<Mapping>? mappings = ProcessMaps.TryReadShared(proc, pid);
        if (mappings is null)
            return ErrorNumber.Last is ErrorNumber.ENOENT or ErrorNumber.ESRCH;

        mappings.RemoveAll(mapping => !identity.IsOf(pid, mapping));
        bool isReadOnly = !mappings.Exists(mapping => mapping.IsWritable);

        // No threads: the process has ended meanwhile.
        List<ThreadIds> threads = mappings.Count > 0 ? ThreadIds.Of(proc, pid) : [];
        if (threads.Count > 0)
            _users.Add(new ConfigUser(pid, isReadOnly, threads) { HasOlderLibrary = OlderLibraries.AreIn(mappings) });

        return true;
    }
}
