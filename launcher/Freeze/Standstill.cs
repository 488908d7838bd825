using System.Collections;
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
        _frozen = FrozenUsers.Stop(search, dead);
        BitArray? inFlight = CallsInFlight.ThreadsIn(file);
        report.Threads = _frozen.ThreadCount;
        report.Processes.UnionWith(_frozen.Processes);
        report.OwnIds.UnionWith(_frozen.OwnIds());
        report.Calls = _frozen.MakeCallsReadAgain(id => inFlight?[id] == true);
    }

    /// <summary>Sets timers that are armed for a time of a clock that was moved.</summary>
    public void MoveTimers(ClockMove move)
    {
        List<AbsoluteTimer> timers = [.. _frozen!.Processes.SelectMany(process => AbsoluteTimer.Of(process, move))];
        foreach (AbsoluteTimer timer in timers)
        {
            if (!timer.TrySet())
                report.KeptTimerDescriptors.Add(timer.Process);
        }

        report.IsFirstDate = move.Old.OwnRealtime is null && move.New.OwnRealtime is not null;
        report.KeptTimers.UnionWith(_frozen.Processes.Where(process => PosixTimers.AreIn(process, move)));
    }

    /// <summary>Lets everybody go on.</summary>
    public void Dispose()
    {
        _frozen?.Dispose();
        report.Standstill = _frozen?.Elapsed ?? report.Standstill;
        _frozen = null;
    }
}
