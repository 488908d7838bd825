using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Processes;

namespace VirtTime.PrivateFiles;

/// <summary>Deletes private config files that earlier runs left behind. It runs so seldom that it costs a launch little on average.</summary>
/// <remarks>README.md, "Private files and their sweep", says which files may be deleted and how often a sweep runs.</remarks>
internal sealed class PrivateSweep
{
    private const int FewestLeftOvers = 16;

    // The most files that a sweep looks for, and holds open while it reads the processes. Further files are left to the next sweep.
    private const int MostFound = 4096;
    private const int DescriptorsLeft = 32;

    // The processor time that reading all processes may take, for each left-over file. It bounds the cost of a single launch.
    private const double MicrosecondsPerLeftOver = 120;
    private const double LeastMicroseconds = 1500;

    // Until the next sweep, as many launches pass as this sweep took microseconds (without deleting), divided by this. Each launch may leave one
    // file, and each file allows MicrosecondsPerLeftOver, so the next sweep may take longer than this one. Deleting is not counted, since each launch
    // leaves at most one file to delete.
    private const double MicrosecondsPerLaunch = 30;
    private const int FewestLaunches = 16;
    private const int BufferSize = 8192;

    private readonly PrivateDirectory _directory;
    private readonly SweepMark _mark;
    private readonly bool _hasLeases;
    private readonly List<string> _unused = [];
    private readonly List<string> _forgotten = [];
    private double _searching;

    private PrivateSweep(PrivateDirectory directory, SweepMark mark)
    {
        _directory = directory;
        _mark = mark;
        _hasLeases = FileLease.IsProof(directory.Descriptor);
    }

    public static void Run(PrivateDirectory directory)
    {
        using SweepMark? mark = SweepMark.TryTake(directory.Descriptor);
        if (mark is null)
            return;

        PrivateSweep sweep = new(directory, mark);
        sweep.Run();
        mark.WaitFor(Math.Max(FewestLaunches, (long)(sweep._searching / MicrosecondsPerLaunch)));
    }

    private void Run()
    {
        double begin = TimeBudget.Now;
        FindLeftOvers();
        _searching = TimeBudget.Now - begin;
        if (_unused.Count + _forgotten.Count < FewestLeftOvers)
            return;
        DeleteForgotten();
        if (_unused.Count > 0)
            DeleteUnused();
    }

    /// <summary>Continues to read the directory at the position where the last sweep stopped.</summary>
    private void FindLeftOvers()
    {
        byte[] buffer = new byte[BufferSize];
        List<string> names = [];
        SystemCalls.lseek(_directory.Descriptor, _mark.Position, SystemCalls.SEEK_SET);
        while (DirectoryEntries.ReadSome(_directory.Descriptor, buffer, names, out long next))
        {
            names.ForEach(Judge);
            names.Clear();
            _mark.Position = next;
            if (_unused.Count + _forgotten.Count >= MostFound)
                return;
        }

        _mark.Position = 0;
    }

    private void Judge(string name)
    {
        int dot = name.IndexOf('.');
        if (dot < 0)
            return;

        MakerName? maker = MakerName.Parse(name.AsSpan(0, dot)) ?? MakerName.ParseOld(name.AsSpan(0, dot));
        if (maker is null)
            return;

        long age = FileAge.OfPrivate(_directory.Descriptor, name, FileAge.StampOf(name.AsSpan(dot + 1)));
        if (age <= FileAge.Minute || (maker.Value.IsNeighbour && !maker.Value.IsGone))
            return;
        if (_hasLeases && age > FileAge.Day)
            _forgotten.Add(name);
        else if (maker.Value.IsNeighbour)
            _unused.Add(name);
    }

    private void DeleteForgotten()
    {
        foreach (string name in _forgotten)
        {
            using Descriptor file = TryHold(name);
            if (file.IsOpen)
                Delete(name, file);
        }
    }

    // The processes are read after the leases were taken. A process that maps a file later either has the file's name in its environment already, or
    // must open the file, which breaks the lease. Where leases prove nothing, the survey reads mappings too.
    private void DeleteUnused()
    {
        rlimit? limit = RaiseDescriptorLimit();
        List<(string Name, long Birth, Descriptor File)> held = HoldYoungest();
        EnvironmentSurvey? survey = held.Count == 0 ? null : Survey();
        foreach ((string name, long birth, Descriptor file) in held)
        {
            if (survey is not null && birth > survey.BlindUntil && !survey.Names.Contains(name))
                Delete(name, file);
            file.Dispose();
        }

        if (limit is rlimit before)
            SystemCalls.setrlimit(SystemCalls.RLIMIT_NOFILE, before);
    }

    private EnvironmentSurvey? Survey()
    {
        double begin = TimeBudget.Now;
        TimeBudget budget = new(Math.Max(LeastMicroseconds, MicrosecondsPerLeftOver * _unused.Count));
        EnvironmentSurvey? survey = EnvironmentSurvey.TryTake(EnvironmentBlock.ConfigPath, !_hasLeases, budget);
        _searching += TimeBudget.Now - begin;
        if (survey is null)
            Log.Debug($"{_directory.Path}: {_unused.Count} files that may be unused were kept: reading every process would have taken too long");
        return survey;
    }

    // The youngest files first: old files are more often kept, because an unreadable process started after they were created.
    private List<(string Name, long Birth, Descriptor File)> HoldYoungest()
    {
        List<(string Name, long Birth, Descriptor File)> held = [];
        List<(string Name, long Birth)> files = [.. _unused.Select(name => (name, BirthOf(name)))];
        files.Sort((one, other) => other.Birth.CompareTo(one.Birth));
        int most = MostHeld();
        foreach ((string name, long birth) in files)
        {
            if (held.Count >= most)
                break;
            Descriptor file = TryHold(name);
            if (file.IsOpen)
                held.Add((name, birth, file));
        }

        return held;
    }

    private long BirthOf(string name) => FileAge.BirthOf(_directory.Descriptor, name, FileAge.StampOf(name.AsSpan(name.IndexOf('.') + 1)));

    private static int MostHeld() => SystemCalls.getrlimit(SystemCalls.RLIMIT_NOFILE, out rlimit limit) == 0
        ? (int)Math.Clamp((double)limit.rlim_cur - DescriptorsLeft, 0, MostFound)
        : 0;

    /// <returns>The old limit, to restore it for the command; null if the limit was not changed.</returns>
    private static rlimit? RaiseDescriptorLimit()
    {
        if (SystemCalls.getrlimit(SystemCalls.RLIMIT_NOFILE, out rlimit limit) != 0)
            return null;
        ulong wanted = Math.Min(limit.rlim_max, MostFound + DescriptorsLeft);
        return limit.rlim_cur < wanted && SystemCalls.setrlimit(SystemCalls.RLIMIT_NOFILE, limit with { rlim_cur = wanted }) == 0 ? limit : null;
    }

    /// <summary>
    /// Opens the file and, where leases prove something, takes one. The result is not open if the file cannot be opened or the lease is refused.
    /// Closing it returns the lease.
    /// </summary>
    private Descriptor TryHold(string name)
    {
        const int Flags = SystemCalls.O_RDWR | SystemCalls.O_NONBLOCK;
        Descriptor file = Descriptor.OpenAt(_directory.Descriptor, name, Flags | SystemCalls.O_NOFOLLOW);
        if (!file.IsOpen || !_hasLeases || FileLease.TryTake(file.Number))
            return file;

        file.Dispose();
        return new Descriptor(-1);
    }

    private void Delete(string name, Descriptor file)
    {
        bool isFree = !_hasLeases || FileLease.IsHeld(file.Number);
        if (isFree && SystemCalls.unlinkat(_directory.Descriptor, name, 0) == 0)
            Log.Debug($"deleted the unused file {_directory.Path}/{name}");
    }
}
