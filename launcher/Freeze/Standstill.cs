using System.Collections;
using VirtTime.Clocks;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>A change of a config file while everybody who uses it stands still.</summary>
internal sealed class Standstill(UserSearch search, FreezeReport report, DeadThreads dead) : IDisposable
{
    private FrozenUsers? _frozen;

    /// <summary>Makes a change on a thread that may trace others.</summary>
    /// <param name="change">Calls <see cref="Begin"/> when all that takes long has been done, and <see cref="Dispose"/> as soon as it can.</param>
    /// <exception cref="LauncherException">One cannot be stopped, or what the change throws; nothing was changed.</exception>
    public static void Run(UserSearch search, FreezeReport report, Action<Standstill> change) => TracerThread.Run(dead =>
    {
        using Standstill standstill = new(search, report, dead);
        change(standstill);
    });

    /// <summary>Stops everybody, and makes the calls in flight read their deadlines again.</summary>
    /// <exception cref="LauncherException">One cannot be stopped.</exception>
    public void Begin(OpenConfig file)
    {
        BitArray? before = CallsInFlight.ThreadsIn(file);
        RestartedCalls restarted = RestartedCalls.Of(search, id => before?[id] == true);
        _frozen = FrozenUsers.Stop(search, dead);
        BitArray? inFlight = CallsInFlight.ThreadsIn(file);
        report.Threads = _frozen.ThreadCount;
        report.Processes.UnionWith(_frozen.Processes);
        report.Calls = _frozen.MakeCallsReadAgain(id => inFlight?[id] == true, restarted);
        report.OwnIds.UnionWith(_frozen.OwnIds);
    }

    /// <summary>Sets timers that are armed for a time of a clock that was moved.</summary>
    public void MoveTimers(ClockMove move)
    {
        List<ForeignTimerDescriptor> timers = [];
        foreach (IGrouping<int, int> threads in _frozen!.ThreadsByProcess())
        {
            List<DescriptorTable> tables = DescriptorTable.Of(threads.Key, threads, out bool areAll);
            timers.AddRange(tables.SelectMany(table => ForeignTimerDescriptor.Of(table, move)));
            if (!areAll)
                report.KeptTimerDescriptors.Add(threads.Key);
            if (ProcessTimers.AreIn(threads.Key, move))
                report.KeptTimers.Add(threads.Key);
        }

        foreach (ForeignTimerDescriptor timer in timers)
        {
            if (!timer.TrySet())
                report.KeptTimerDescriptors.Add(timer.Table.Process);
        }

        report.IsFirstDate = move.Old.OwnRealtime is null && move.New.OwnRealtime is not null;
    }

    /// <summary>Lets everybody go on.</summary>
    public void Dispose()
    {
        _frozen?.Dispose();
        report.Standstill = _frozen?.Elapsed ?? report.Standstill;
        _frozen = null;
    }
}
