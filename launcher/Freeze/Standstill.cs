using System.Collections;
using VirtTime.Clocks;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>Stops all users of a config file from <see cref="Begin"/> to <see cref="Dispose"/>.</summary>
/// <remarks>Use it on a <see cref="TracerThread"/>.</remarks>
internal sealed class Standstill(UserSearch search, FreezeReport report, DeadThreads dead) : IDisposable
{
    private FrozenUsers? _frozen;

    public FreezeReport Report => report;

    /// <summary>The users that were found, also while the freeze began.</summary>
    public IReadOnlyList<ConfigUser> Users => search.Users;

    /// <summary>Stops all users, and prepares their calls in flight to read their deadlines again when they run on.</summary>
    /// <exception cref="LauncherException">A thread cannot be stopped.</exception>
    public void Begin(OpenConfig file)
    {
        // Asked before the freeze: afterwards nothing shows which call a thread in restart_syscall is in (README.md, step 4).
        BitArray? before = CallsInFlight.ThreadsIn(file);
        RestartedCalls restarted = RestartedCalls.Of(search, id => before?[id] == true);
        _frozen = FrozenUsers.Stop(search, dead);
        BitArray? inFlight = CallsInFlight.ThreadsIn(file);
        report.Threads = _frozen.ThreadCount;
        report.Processes.UnionWith(_frozen.Processes);
        report.Calls = _frozen.MakeCallsReadAgain(id => inFlight?[id] == true, restarted);
        report.OwnIds.UnionWith(_frozen.OwnIds);
    }

    /// <summary>Frees the slots of threads that are certainly dead.</summary>
    public void GiveBackDeadSlots(LayoutMapping layout) => DeadSlots.GiveBack(layout, search, report);

    /// <summary>
    /// Sets timerfds that are armed with an absolute time of a clock that was moved. Reports those that cannot be set, and processes with timers of
    /// <c>timer_create</c>.
    /// </summary>
    public void MoveTimers(ClockMove move)
    {
        List<ForeignTimerfd> timers = [];
        foreach (IGrouping<int, int> threads in _frozen!.ThreadsByProcess())
        {
            List<DescriptorTable> tables = DescriptorTable.Of(threads.Key, threads, out bool areAll);
            timers.AddRange(tables.SelectMany(table => ForeignTimerfd.Of(table, move)));
            if (!areAll)
                report.KeptTimerDescriptors.Add(threads.Key);
            if (ProcessTimers.AreIn(threads.Key, move))
                report.KeptTimers.Add(threads.Key);
        }

        foreach (ForeignTimerfd timer in timers)
        {
            if (!timer.TrySet())
                report.KeptTimerDescriptors.Add(timer.Table.Process);
        }

        report.IsFirstDate = move.Old.OwnRealtime is null && move.New.OwnRealtime is not null;
    }

    public void Dispose()
    {
        _frozen?.Dispose();
        report.Standstill = _frozen?.Elapsed ?? report.Standstill;
        _frozen = null;
    }
}
