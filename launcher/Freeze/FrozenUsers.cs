using System.Diagnostics;
using VirtTime.Native;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>All threads of all processes that use a config file, stopped until this is disposed. For a thread of ours that ends then.</summary>
/// <remarks>README.md in this folder says why nothing can go wrong.</remarks>
internal sealed class FrozenUsers : IDisposable
{
    // Ordinary calls are interrupted at once. A disk may take its time.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_ordinary = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(100);

    private readonly UserSearch _search;
    private readonly DeadThreads _dead;
    private readonly Dictionary<int, TracedThread> _threads = [];

    // When they were refused first.
    private readonly Dictionary<int, long> _refused = [];
    private readonly long _begin = Stopwatch.GetTimestamp();

    private FrozenUsers(UserSearch search, DeadThreads dead)
    {
        _search = search;
        _dead = dead;
    }

    public IEnumerable<int> Processes => _threads.Values.Select(thread => thread.Process).Distinct();

    public int ThreadCount => _threads.Count;

    /// <summary>Since the first of them was stopped.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begin);

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

    /// <summary>The ids that the threads have in their own process namespaces.</summary>
    public HashSet<int> OwnIds()
    {
        HashSet<int> ids = [];
        foreach (int process in Processes)
            ids.UnionWith(ThreadIds.Of(_search.Proc!, process).Select(thread => thread.Own));
        return ids;
    }

    /// <summary>Makes the calls in flight read their deadlines again when the threads go on. Until those are changed, nothing becomes of it.</summary>
    /// <param name="isInFlight">Whether there is a call in flight by the id that a thread has in its own process namespace.</param>
    /// <returns>How many calls.</returns>
    public int MakeCallsReadAgain(Func<int, bool> isInFlight)
    {
        int calls = 0;
        foreach (int process in Processes.ToArray())
        {
            SlotMappings slots = SlotMappings.Of(_search.Proc!, process, _search.File!);
            foreach (ThreadIds ids in ThreadIds.Of(_search.Proc!, process))
            {
                if (_threads.TryGetValue(ids.Seen, out TracedThread? thread))
                    calls += thread.MakeCallReadAgain(slots, isInFlight(ids.Own)) ? 1 : 0;
            }
        }

        return calls;
    }

    /// <summary>Lets all of them go on.</summary>
    public void Dispose()
    {
        foreach (TracedThread thread in _threads.Values)
            thread.LetGo();
    }

    // Who stands still makes no new threads and processes: when all that were known had stopped before the last look, and that showed no
    // others, there are no others.
    private void StopAll()
    {
        bool isMore;
        do
        {
            isMore = Seize();
            WaitUntilStopped();
            isMore |= _search.GoOn();
            isMore |= !AreStopped();
            if (isMore && Elapsed > s_longest)
                throw FreezeErrors.TooFast(_search.Users[^1].ProcessId);
        }
        while (isMore);
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
            thread.LetGo();
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
            return true;
        }

        int error = Errno.Last;
        if (error == Errno.ESRCH || ThreadStatus.IsOver(process, id))
            return false;

        // One that is about to end, or to become another by an exec, may not be traced either, for a moment.
        long now = Stopwatch.GetTimestamp();
        if (_refused.TryAdd(id, now) || Stopwatch.GetElapsedTime(_refused[id], now) < s_moment)
            return true;
        throw FreezeErrors.CannotTrace(process, id, error);
    }

    private void WaitUntilStopped()
    {
        List<TracedThread> running = [.. _threads.Values.Where(thread => thread.State is ThreadState.Running or ThreadState.Asleep)];
        long progress = Stopwatch.GetTimestamp();
        while (true)
        {
            int before = running.Count;
            running.ForEach(thread => thread.Look());
            TimeSpan waited = Stopwatch.GetElapsedTime(progress);
            if (waited > s_ordinary)
                running.FindAll(thread => thread.State == ThreadState.Running).ForEach(thread => thread.LookWhy());

            running.RemoveAll(thread => thread.State != ThreadState.Running);
            if (running.Count == 0)
                break;
            if (running.Count < before)
                progress = Stopwatch.GetTimestamp();
            else if (waited > s_patience)
                throw FreezeErrors.DoesNotStop(running[0]);
            Thread.Sleep(waited > s_ordinary ? 1 : 0);
        }

        foreach (TracedThread thread in _threads.Values.Where(thread => thread.State == ThreadState.Gone).ToArray())
            _threads.Remove(thread.Id);
    }

    private bool AreStopped()
    {
        bool areStopped = true;
        foreach (TracedThread thread in _threads.Values)
            areStopped &= thread.State != ThreadState.Stopped || thread.TryReadRegisters();
        return areStopped;
    }
}
