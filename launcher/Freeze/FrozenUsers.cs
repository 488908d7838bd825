using VirtTime.Base;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>All threads of all processes that use a config file, stopped until this is disposed. For a thread of ours that ends then.</summary>
/// <remarks>README.md in this folder says why nothing can go wrong.</remarks>
internal sealed class FrozenUsers : IDisposable
{
    // Why a thread does not stop is asked of so many in a row: it takes longer than to look whether it has.
    private const int MostAsked = 16;

    // That takes five seconds only where the launcher or the others get no processor.
    private const int FewestRounds = 20;

    private readonly UserSearch _search;
    private readonly DeadThreads _dead;
    private readonly Dictionary<int, TracedThread> _threads = [];
    private readonly Dictionary<int, SlotMappings> _slots = [];

    // Those that have been asked to stop and were not seen to have; and how many of the first ones have been seen since.
    private readonly List<TracedThread> _running = [];
    private int _seen;

    // Those that could not be traced, and how long that has been so.
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

    /// <summary>The ids that the threads have in their own process namespaces; known once their calls read again.</summary>
    public HashSet<int> OwnIds { get; } = [];

    /// <summary>Since the first of them was stopped.</summary>
    public TimeSpan Elapsed => _patience.Whole;

    /// <param name="search">Who uses the file. It is gone on with, since new ones may be started until all are stopped.</param>
    /// <param name="dead">Is told whom we trace.</param>
    /// <exception cref="LauncherException">One cannot be stopped; all run on as if nothing had been.</exception>
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

    /// <summary>The ids of the threads of each process.</summary>
    public ILookup<int, int> ThreadsByProcess() => _threads.Values.ToLookup(thread => thread.Process, thread => thread.Id);

    /// <summary>Makes the calls in flight read their deadlines again when the threads go on. Until those are changed, nothing becomes of it.</summary>
    /// <param name="isInFlight">Whether there is a call in flight by the id that a thread has in its own process namespace.</param>
    /// <param name="restarted">What was found out of calls that go on by <c>restart_syscall</c>.</param>
    /// <returns>How many calls.</returns>
    /// <remarks>Most are made right when their thread stops. Only now it is sure where a process has its slots, and which thread has one.</remarks>
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

    /// <summary>Lets all of them go on.</summary>
    public void Dispose()
    {
        foreach (TracedThread thread in _threads.Values)
            thread.LetGo(_dead);
    }

    // Who stands still makes no new threads and processes: when all that were known had stopped before the last look, and that showed no
    // others, there are no others.
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

    /// <returns>Whether there were new threads.</returns>
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

        // Ended; or never one of that process, whose id had been another one's a moment before.
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

        // One that is about to end, or to become another by an exec, may not be traced either, for a moment.
        if (_refused.TryAdd(id, new Patience()) || !_refused[id].IsMomentOver)
        {
            _refused[id].Looks++;
            return true;
        }

        throw FreezeErrors.CannotTrace(process, id, error);
    }

    // While one is asked to stop, those that were asked before do so. The sooner a call is made right that would return EINTR, the less is left where
    // we are killed.
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

    // A thread that waits for a processor will stop, though it may take its time. One that nothing interrupts may never.
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

    // As they are when the first of its threads has stopped: enough for a thread that had begun to wait before.
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
