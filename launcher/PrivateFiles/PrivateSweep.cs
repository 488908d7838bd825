using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Execution;
using VirtTime.Native;

namespace VirtTime.PrivateFiles;

/// <summary>Deletes private config files that earlier runs left behind; seldom, and for a millisecond at most.</summary>
/// <remarks>
/// A lease tells that nobody has a file open or mapped, in whatever namespace. It does not tell of a process that has the file in its
/// environment and will map it: a child before its exec, or a static program that starts others. Those of our own namespace can
/// be asked. Of other namespaces, and where there are too many to be asked in time, only age tells.
/// </remarks>
internal sealed class PrivateSweep
{
    private const int FewestLeftOvers = 16;

    // Their descriptors are held while processes are asked.
    private const int MostAtOnce = 64;

    private const double ListingMicroseconds = 300;
    private const double AllMicroseconds = 850;
    private const int BufferSize = 4096;

    private const long LookAgain = 1;
    private const long AskAgain = 5;
    private const long AskAgainWhereTooMany = 600;

    private readonly PrivateDirectory _directory;
    private readonly SweepMark _mark;
    private readonly TimeBudget _budget = new(AllMicroseconds);
    private readonly List<string> _unused = [];
    private readonly List<string> _forgotten = [];
    private int _deleted;

    private PrivateSweep(PrivateDirectory directory, SweepMark mark)
    {
        _directory = directory;
        _mark = mark;
    }

    public static void Run(PrivateDirectory directory)
    {
        using SweepMark? mark = SweepMark.TryTake(directory.Descriptor);
        if (mark is null)
            return;

        new PrivateSweep(directory, mark).Run();
        mark.Write();
    }

    private void Run()
    {
        FindLeftOvers();
        if (_unused.Count + _forgotten.Count >= FewestLeftOvers)
        {
            DeleteForgotten();
            if (_mark.MayAsk && _unused.Count > 0)
                DeleteUnused();
        }

        // What is left is the next launch's, as long as there is anything to be had.
        _mark.LookAgainIn(_deleted > 0 ? 0 : LookAgain);
    }

    /// <summary>Reads the directory on from where the last one stopped.</summary>
    private void FindLeftOvers()
    {
        TimeBudget budget = new(ListingMicroseconds);
        byte[] buffer = new byte[BufferSize];
        List<string> names = [];
        SystemCalls.lseek(_directory.Descriptor, _mark.Position, SystemCalls.SEEK_SET);
        while (DirectoryEntries.ReadSome(_directory.Descriptor, buffer, names, out long next))
        {
            names.ForEach(Judge);
            names.Clear();
            _mark.Position = next;
            if (budget.IsUsedUp || _unused.Count >= MostAtOnce || _forgotten.Count >= MostAtOnce)
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
        if (maker is null || (maker.Value.IsNeighbour && !maker.Value.IsGone))
            return;

        long age = FileAge.OfSeconds(_directory.Descriptor, name);
        if (age > FileAge.Day)
            _forgotten.Add(name);
        else if (age > FileAge.Minute && maker.Value.IsNeighbour)
            _unused.Add(name);
    }

    private void DeleteForgotten()
    {
        foreach (string name in _forgotten)
        {
            if (_budget.IsUsedUp)
                return;
            using Descriptor file = TryLease(name);
            if (file.IsOpen)
                Delete(name, file);
        }
    }

    // Asked after the leases were taken: whoever maps a file from then on either has it in its environment by now, or breaks the lease.
    private void DeleteUnused()
    {
        List<(string Name, Descriptor File)> leased = [];
        foreach (string name in _unused)
        {
            Descriptor file = TryLease(name);
            if (file.IsOpen)
                leased.Add((name, file));
        }

        long since = leased.Count == 0 ? 0 : leased.Min(file => FileAge.BirthOf(file.File));
        HashSet<string>? named = leased.Count == 0 ? [] : EnvironmentSurvey.NamesIn(EnvironmentBlock.ConfigPath, since, _budget);
        if (named is null)
        {
            Log.Debug($"{_directory.Path}: not every process could be asked in time for files that are left over");
            _mark.AskAgainIn(_budget.IsUsedUp ? AskAgainWhereTooMany : AskAgain);
        }

        foreach ((string name, Descriptor file) in leased)
        {
            if (named is not null && !named.Contains(name))
                Delete(name, file);
            file.Dispose();
        }
    }

    /// <summary>Not open where somebody uses the file. Closing it gives the lease back.</summary>
    private Descriptor TryLease(string name)
    {
        const int Flags = SystemCalls.O_RDWR | SystemCalls.O_NONBLOCK;
        Descriptor file = Descriptor.OpenAt(_directory.Descriptor, name, Flags | SystemCalls.O_NOFOLLOW);
        if (!file.IsOpen || FileLease.TryTake(file.Number))
            return file;

        file.Dispose();
        return new Descriptor(-1);
    }

    private void Delete(string name, Descriptor file)
    {
        if (!FileLease.IsHeld(file.Number) || SystemCalls.unlinkat(_directory.Descriptor, name, 0) != 0)
            return;
        _deleted++;
        Log.Debug($"swept {_directory.Path}/{name}");
    }
}
