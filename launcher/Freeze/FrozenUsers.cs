using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>All threads of all users of a config file, stopped until this object is disposed. Use it on a thread that ends afterwards.</summary>
/// <remarks>README.md in this folder lists the steps, and what may fail at each.</remarks>
internal sealed class FrozenUsers : IDisposable
{
    // It takes longer to ask why a thread does not stop than to look whether it has stopped. So each round asks about at most this many threads.
    private const int MostAsked = 16;

    // If five seconds pass in fewer rounds than this, the launcher or the threads get no processor.
    private const int FewestRounds = 20;

    private readonly UserSearch _search;
    private readonly DeadThreads _dead;
    private readonly Dictionary<int, TracedThread> _threads = [];
    private readonly Dictionary<int, SlotMappings> _slots = [];

    // Threads that were asked to stop. WaitUntilStopped removes those that have stopped. Until then, the first _seen of them are known to have stopped.
    private readonly List<TracedThread> _running = [];
    private int _seen;

    // Threads that the kernel has refused to let the launcher trace, and since when.
    private readonly Dictionary<int, Patience> _refused = [];
    private readonly Patience _patience = new();
    private readonly RestartedCalls _nothingKnown = new();

    private FrozenUsers(UserSearch search, DeadThreads dead)
    {
        _search = search;
        _dead = dead;
    }

    public IEnumerable<int> Processes => _threads.Values.Select(thread => thread.Process).Distinct();

    public int ThreadCount => _threads.Count;

    /// <summary>The ids of the threads in their own PID namespaces. <see cref="MakeCallsReadAgain"/> fills it.</summary>
    public HashSet<int> OwnIds { get; } = [];

    /// <summary>The time since the freeze began.</summary>
    public TimeSpan Elapsed => _patience.Whole;

    /// <param name="search">The users of the file. The search continues until all are stopped, since new users may start meanwhile.</param>
    /// <param name="dead">Is told which threads are traced.</param>
    /// <exception cref="LauncherException">A thread cannot be stopped. All threads run on as before.</exception>
    public static FrozenUsers Stop(UserSearch search, DeadThreads dead)
    {
        FrozenUsers frozen = new(search, dead);
        try
        {
            frozen.StopAll();
            return frozen;
        }
        catch
        {
            frozen.Dispose();
            throw;
        }
    }

    /// <summary>The ids of the threads, by the id of their process.</summary>
    public ILookup<int, int> ThreadsByProcess() => _threads.Values.ToLookup(thread => thread.Process, thread => thread.Id);

    /// <summary>Makes calls in flight read their deadlines again when their threads run on. If the file is not changed, this has no effect.</summary>
    /// <param name="isInFlight">Whether there is a call in flight for a thread, by the thread's id in its own PID namespace.</param>
    /// <param name="restarted">What is known about calls that continue by <c>restart_syscall</c>.</param>
    /// <returns>The number of these calls.</returns>
    /// <remarks>
    /// Most calls are repaired as soon as their thread stops. Only now it is certain where a process has its slots, and which threads have one.
    /// </remarks>
    public int MakeCallsReadAgain(Func<int, bool> isInFlight, RestartedCalls restarted)
    {
        foreach (int process in Processes.ToArray())
        {
            SlotMappings slots = SlotMappings.Of(_search.Proc!, process, _search.File!);
            foreach (ThreadIds ids in ThreadIds.Of(_search.Proc!, process))
            {
                OwnIds.Add(ids.Own);
                if (_threads.TryGetValue(ids.Seen, out TracedThread? thread))
                    thread.MakeCallReadAgain(slots, isInFlight(ids.Own), restarted);
            }
        }

        _running.AddRange(_threads.Values.Where(thread => thread.State == ThreadState.Running));
        WaitUntilStopped();

        return _threads.Values.Count(thread => thread.CallIsMadeAgain);
    }

    /// <summary>Lets all threads run on.</summary>
    public void Dispose()
    {
        foreach (TracedThread thread in _threads.Values)
            thread.LetGo(_dead);
    }

    // A stopped thread creates no threads and no processes. So if all known threads had stopped before the last listing, and that listing shows no
    // new threads, there are no others.
    private void StopAll()
    {
        bool isMore = true;
        for (int round = 0; isMore; round++)
        {
            isMore = Seize();
            WaitUntilStopped();
            isMore |= _search.GoOn();
            isMore = isMore || !AreStopped();
            _patience.Looks++;
            if (isMore && _patience.IsExhausted)
                throw FreezeErrors.NotAll(_search.Users[^1].ProcessId, isBusy: round < FewestRounds);
        }
    }

    /// <returns>Whether there were new threads, or threads that have to be tried again.</returns>
    private bool Seize()
    {
        bool isMore = false;
        HashSet<int> seen = [];
        foreach (ConfigUser user in _search.Users)
        {
            foreach (int id in _search.Proc!.ThreadIds(user.ProcessId))
            {
                seen.Add(id);
                isMore |= !_threads.ContainsKey(id) && TrySeize(user.ProcessId, id);
            }
        }

        // A thread that is not listed any more has ended. Or it never belonged to the process: the kernel had given the id to another thread
        // meanwhile.
        foreach (TracedThread thread in _threads.Values.Where(thread => !seen.Contains(thread.Id)).ToArray())
        {
            thread.LetGo(_dead);
            _threads.Remove(thread.Id);
        }

        return isMore;
    }

    private bool TrySeize(int process, int id)
    {
        TracedThread? thread = TracedThread.TrySeize(process, id);
        if (thread is not null)
        {
            _threads.Add(id, thread);
            _dead.Add(id);
            _running.Add(thread);
            LookAtFirst();
            return true;
        }

        int error = ErrorNumber.Last;
        if (error == ErrorNumber.ESRCH || ThreadStatus.IsOver(process, id))
            return false;

        // For a moment, the kernel also refuses to trace a thread that is about to end, or to execute another program. So try again before giving up.
        // Another launcher, which moves the program or places the library into it, lets the thread go soon.
        _refused.TryAdd(id, new Patience());
        Patience patience = _refused[id];
        if (!patience.IsOverForLauncher && ThreadStatus.IsTracedByLauncher(process, id))
            patience.Renew();
        patience.Looks++;
        return patience.IsMomentOver ? throw FreezeErrors.CannotTrace(process, id, error) : true;
    }

    // While the launcher asks one thread to stop, the threads that it asked before stop. If the launcher is killed, calls that it has not repaired
    // yet may return EINTR. So it repairs each call as early as possible.
    private void LookAtFirst()
    {
        while (_seen < _running.Count && HasStopped(_running[_seen]))
            _seen++;
    }

    private void WaitUntilStopped()
    {
        _running.RemoveRange(0, _seen);
        _running.RemoveAll(thread => !_threads.ContainsKey(thread.Id));
        _seen = 0;
        foreach (TracedThread thread in _threads.Values.Where(thread => thread.State == ThreadState.Asleep))
            HasStopped(thread);

        Patience patience = new();
        while (true)
        {
            int before = _running.Count;
            _running.RemoveAll(HasStopped);
            if (patience.IsOrdinaryOver)
                AskWhy();
            if (_running.Count == 0)
                break;

            patience.Looks++;
            _patience.Looks++;
            if (_running.Count < before)
                patience.Renew();
            GiveUpWhereHopeless(patience);
            Thread.Sleep(patience.IsOrdinaryOver ? 1 : 0);
        }

        foreach (TracedThread thread in _threads.Values.Where(thread => thread.State == ThreadState.Gone).ToArray())
            _threads.Remove(thread.Id);
    }

    private bool HasStopped(TracedThread thread)
    {
        thread.Look(_dead);
        if (thread.State == ThreadState.Stopped && thread.TryReadRegisters())
            thread.MakeCallReadAgain(SlotsOf(thread.Process), isInFlight: false, _nothingKnown);
        bool hasStopped = thread.State is ThreadState.Stopped or ThreadState.Gone;
        if (hasStopped)
            _dead.NoteProgress();
        return hasStopped;
    }

    private void AskWhy()
    {
        List<TracedThread> asked = _running.GetRange(0, Math.Min(MostAsked, _running.Count));
        _running.RemoveRange(0, asked.Count);
        asked.ForEach(thread => thread.LookWhy());
        _running.AddRange(asked.Where(thread => thread.State == ThreadState.Running));
    }

    // A runnable thread will stop as soon as it gets a processor. A thread in an uninterruptible sleep may never stop.
    private void GiveUpWhereHopeless(Patience patience)
    {
        bool isStuck = patience.IsOver;
        if (isStuck && !_running.Exists(thread => thread.IsRunnable))
            throw FreezeErrors.DoesNotStop(_running[0]);
        if (!_patience.IsExhausted)
            return;
        TracedThread? stuck = isStuck ? _running.Find(thread => !thread.IsRunnable) : null;
        throw stuck is null ? FreezeErrors.TooBusy(_running[0]) : FreezeErrors.DoesNotStop(stuck);
    }

    // The mappings at the moment when the first thread of the process stopped. They contain the slot of every thread that had begun to wait before.
    private SlotMappings SlotsOf(int process)
    {
        if (!_slots.TryGetValue(process, out SlotMappings? slots))
            _slots.Add(process, slots = SlotMappings.Of(_search.Proc!, process, _search.File!));
        return slots;
    }

    private bool AreStopped()
    {
        bool areStopped = true;
        foreach (TracedThread thread in _threads.Values)
        {
            if (thread.State != ThreadState.Stopped || thread.TryReadRegisters())
                continue;
            areStopped = false;
            _running.Add(thread);
        }

        return areStopped;
    }
}
