using System.Collections;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Freeze;

/// <summary>A change of a config file while everybody who uses it stands still.</summary>
internal sealed class Standstill(UserSearch search, bool force) : IDisposable
{
    private readonly FreezeReport _report = new();
    private FrozenUsers? _frozen;

    /// <summary>Makes the change on a thread that may trace others, sees to those who came at the last moment, and says what there is to say.</summary>
    /// <param name="change">Calls <see cref="Begin"/> when all that takes long has been done, and <see cref="Dispose"/> as soon as it can.</param>
    /// <exception cref="LauncherException">One cannot be stopped, or what the change throws; nothing was changed.</exception>
    public static void Run(OpenConfig file, UserSearch search, bool force, Action<Standstill> change)
    {
        FreezeReport? report = null;
        TracerThread.Run(() =>
        {
            using Standstill standstill = new(search, force);
            change(standstill);
            standstill.Dispose();
            standstill.StopLateComers(file);
            report = standstill._report;
        });
        report!.Write();
    }

    /// <summary>Stops everybody, and makes the calls in flight read their deadlines again.</summary>
    /// <exception cref="LauncherException">One cannot be stopped, or may be another user's.</exception>
    public void Begin(OpenConfig file)
    {
        _frozen = FrozenUsers.Stop(search);
        BitArray? inFlight = CallsInFlight.ThreadsIn(file);
        _report.Threads = _frozen.ThreadCount;
        _report.Processes.UnionWith(_frozen.Processes);
        _report.OwnIds.UnionWith(_frozen.OwnIds());
        if (!force)
            RefuseClosed(inFlight);
        _report.Calls = _frozen.MakeCallsReadAgain(id => inFlight?[id] == true);
    }

    /// <summary>Sets timers that are armed for a time of a clock that was moved.</summary>
    public void MoveTimers(ClockMove move)
    {
        List<AbsoluteTimer> timers = [.. _frozen!.Processes.SelectMany(process => AbsoluteTimer.Of(process, move))];
        foreach (AbsoluteTimer timer in timers)
        {
            if (!timer.TrySet())
                _report.KeptTimerDescriptors.Add(timer.Process);
        }

        _report.KeptTimers.UnionWith(_frozen.Processes.Where(process => PosixTimers.AreIn(process, move)));
    }

    /// <summary>Lets everybody go on.</summary>
    public void Dispose()
    {
        _frozen?.Dispose();
        _report.Standstill = _frozen?.Elapsed ?? _report.Standstill;
        _frozen = null;
    }

    // Who cannot be looked into may use the file or not; but the ids of its threads can be read.
    private void RefuseClosed(BitArray? inFlight)
    {
        if (inFlight is null)
            return;
        foreach (int process in search.Found.Closed)
        {
            foreach (ThreadIds ids in ThreadIds.Of(search.Proc!, process))
            {
                if (inFlight[ids.Own] && !_report.OwnIds.Contains(ids.Own))
                    throw FreezeErrors.Closed(process);
            }
        }
    }

    /// <summary>
    /// A program that was just being loaded had not mapped the file when it was asked, and may have begun to wait before the change. What it
    /// waits for has been moved; it only has to look again.
    /// </summary>
    private void StopLateComers(OpenConfig file)
    {
        BitArray? others = CallsInFlight.ThreadsIn(file);
        if (others is null)
            return;
        foreach (int id in _report.OwnIds)
            others[id] = false;
        if (!others.HasAnySet())
            return;

        using UserSearch now = UserSearch.Begin(file.Descriptor);
        now.Forget(user => _report.Processes.Contains(user.ProcessId) || !user.Threads.Any(thread => others[thread.Own]));
        try
        {
            if (now.Users.Count > 0)
            {
                using FrozenUsers late = FrozenUsers.Stop(now);
                late.MakeCallsReadAgain(id => others[id]);
            }
        }
        catch (LauncherException exception)
        {
            _report.LateComer = exception.Message;
        }

        _report.Uncertain = CallsInFlight.Of(file).Uncertain;
    }
}
