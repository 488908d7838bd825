using VirtTime.Base;

namespace VirtTime.Processes;

/// <summary>Tells whether the threads that have slots in a config file still live.</summary>
internal sealed class LivingThreads
{
    private readonly ConfigUsers _users;
    private readonly HashSet<int> _living;
    private readonly Dictionary<int, (int Process, int Thread)> _places = [];
    private HashSet<int>? _closed;
    private bool _isClosedUnknown;

    private LivingThreads(ConfigUsers users)
    {
        _users = users;
        _living = [.. users.Users.SelectMany(user => user.Threads).Select(thread => thread.Own)];
        foreach (ConfigUser user in users.Users)
        {
            // Threads in different PID namespaces may have the same id.
            foreach (ThreadIds thread in user.Threads)
                _places[thread.Own] = _places.ContainsKey(thread.Own) ? default : (user.ProcessId, thread.Seen);
        }
    }

    /// <summary>A thread's name; null if the thread does not live or cannot be read, or if several threads have that id.</summary>
    /// <param name="id">The thread's id in its own PID namespace.</param>
    public string? NameOf(int id) => _places.TryGetValue(id, out (int Process, int Thread) place) && place.Process != 0
        ? ThreadStatus.NameOf(place.Process, place.Thread)
        : null;

    /// <param name="descriptor">The config file. The caller must have read its slots before: a thread that started later may be missing here.</param>
    public static LivingThreads Of(int descriptor) => Of(ConfigUsers.Of(descriptor));

    public static LivingThreads Of(ConfigUsers users) => new(users);

    /// <summary>Whether a process that has the file mapped has a thread with this id; null if unknown.</summary>
    /// <remarks>The thread ids of a process can be read even if its mappings cannot.</remarks>
    /// <param name="id">The thread's id in its own PID namespace (<c>gettid</c>).</param>
    public bool? Has(int id)
    {
        if (_living.Contains(id))
            return true;

        if ((_users.BlindSpots & ~BlindSpots.ClosedProcesses) != 0)
            return null;

        _closed ??= ReadClosed();
        return _isClosedUnknown || _closed.Contains(id) ? null : false;
    }

    /// <summary>Why <see cref="Has"/> returned null.</summary>
    public string WhyUnknown()
    {
        BlindSpots blind = _users.BlindSpots;
        if ((blind & BlindSpots.NoProc) != 0)
            return "/proc is not mounted, or does not show the config file's mappings";
        if ((blind & BlindSpots.UnseenProcesses) != 0)
            return "/proc does not show every process here (PID namespace or hidepid)";
        if ((blind & BlindSpots.NewProcesses) != 0)
            return "new processes appeared faster than virttime-run could read them";

        string denial = $"virttime-run may not read every process, such as {_users.Closed[0]}";
        return ProcessDenial.IsRoot ? $"{denial}: {ProcessDenial.WhyNotRoot(_users.Closed[0], toTrace: false)}" : $"{denial}; root may read more";
    }

    private HashSet<int> ReadClosed()
    {
        HashSet<int> ids = [];
        if (_users.Closed.Count == 0)
            return ids;

        using ProcFolder? proc = ProcFolder.TryOpen();
        foreach (int pid in _users.Closed)
        {
            List<ThreadIds> threads = proc is null ? [] : ThreadIds.Of(proc, pid);
            ids.UnionWith(threads.Select(thread => thread.Own));

            // No threads: the process has ended meanwhile, or its thread ids cannot be read either.
            bool isGone = proc is not null && proc.TryRead($"{pid}/status") is null && ErrorNumber.Last is ErrorNumber.ENOENT or ErrorNumber.ESRCH;
            _isClosedUnknown |= threads.Count == 0 && !isGone;
        }

        return ids;
    }
}
