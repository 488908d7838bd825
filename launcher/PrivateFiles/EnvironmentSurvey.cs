using System.Globalization;
using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.PrivateFiles;

/// <summary>Which values of a variable the processes of our PID namespace, and of those below it, were started with.</summary>
/// <remarks>
/// Processes of other users, which may not open a private file, are passed over. Of those that protect themselves, the youngest is noted
/// (<see cref="BlindUntil"/>). What a process was not started with, its children
/// are not either. So a value can be missed only where it is handed on from a process that ends before it is asked to one that is not listed yet. Once two
/// listings in a row show no process that could not be asked any more, none was missed, however many are started meanwhile. (Two,
/// since a chain of short-lived processes can be missed by one, where its ids wrap.)
/// </remarks>
internal sealed class EnvironmentSurvey
{
    private const int QuietListings = 2;
    private const int MostListings = 32;
    private const int MostTries = 3;

    // Some twenty processes: the fewer are listed at once, the fewer end before they are asked.
    private const int ListingSize = 512;
    private const int EnvironmentSize = 16 * 1024;

    private readonly ProcFolder _proc;
    private readonly byte[] _nameAndEquals;
    private readonly bool _asksMappings;
    private readonly TimeBudget _budget;
    private readonly HashSet<int> _asked;
    private readonly HashSet<string> _names = [];
    private readonly byte[] _listing = new byte[ListingSize];
    private byte[] _environment = new byte[EnvironmentSize];

    private EnvironmentSurvey(ProcFolder proc, string variable, bool asksMappings, TimeBudget budget)
    {
        _proc = proc;
        _nameAndEquals = ByteString.ToBytes(variable + "=");
        _asksMappings = asksMappings;
        _budget = budget;
        _asked = [.. KernelThreads.In(proc).Ids, Environment.ProcessId];
    }

    /// <summary>The last part of each path.</summary>
    public IReadOnlySet<string> Names => _names;

    /// <summary>
    /// Until then, in seconds since the machine's boot, processes were started that cannot be asked. They cannot have been started with the name of a file that
    /// was made later.
    /// </summary>
    public long BlindUntil { get; private set; } = long.MinValue;

    /// <summary>Asks all processes; null where not every one could be asked in time.</summary>
    /// <param name="variable">Holds a path.</param>
    /// <param name="asksMappings">Add the last part of the names of what processes have mapped: where a lease proves nothing.</param>
    /// <param name="budget">The time that it may take.</param>
    public static EnvironmentSurvey? TryTake(string variable, bool asksMappings, TimeBudget budget)
    {
        using ProcFolder? proc = ProcFolder.TryOpen();

        // It has to be the /proc of our own namespace, and show processes that are not ours.
        if (proc is null || !proc.IsOwn() || proc.TryRead("1/stat") is null)
            return null;

        EnvironmentSurvey survey = new(proc, variable, asksMappings, budget);
        return survey.AskEverybody() ? survey : null;
    }

    private bool AskEverybody()
    {
        int quiet = 0;
        for (int listing = 0; listing < MostListings && quiet < QuietListings; listing++)
        {
            SystemCalls.lseek(_proc.Descriptor, 0, SystemCalls.SEEK_SET);
            int? lost = AskNewOnes();
            if (lost is null)
                return false;
            quiet = lost == 0 ? quiet + 1 : 0;
        }

        return quiet == QuietListings;
    }

    /// <returns>How many had ended before they were asked, or have to be asked again; null where one that lives could not be asked, or time is up.</returns>
    private int? AskNewOnes()
    {
        int lost = 0;
        List<string> names = [];
        while (DirectoryEntries.ReadSome(_proc.Descriptor, _listing, names, out _))
        {
            foreach (string name in names)
            {
                if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) || !_asked.Add(pid))
                    continue;
                Answer answer = _budget.IsUsedUp ? Answer.None : Ask(pid);
                if (answer == Answer.None)
                    return null;
                lost += answer == Answer.Complete ? 0 : 1;
                if (answer == Answer.Later)
                    _asked.Remove(pid);
            }

            names.Clear();
        }

        return lost;
    }

    private Answer Ask(int pid)
    {
        Answer answer = AskEnvironment(pid);
        if (answer != Answer.Complete || !_asksMappings)
            return answer;
        List<Mapping>? mappings = ProcessMaps.TryReadShared(_proc, pid);
        if (mappings is null)
            return AnswerOfUnreadable(pid);
        foreach (Mapping mapping in mappings)
            _names.Add(mapping.Name[(mapping.Name.LastIndexOf('/') + 1)..]);
        return Answer.Complete;
    }

    /// <summary>Of a process whose file in /proc was just refused.</summary>
    private Answer AnswerOfUnreadable(int pid)
    {
        if (ErrorNumber.Last is ErrorNumber.ENOENT or ErrorNumber.ESRCH)
            return Answer.Ended;
        if (SystemCalls.kill(pid, 0) != 0)
            return ErrorNumber.Last == ErrorNumber.ESRCH ? Answer.Ended : Answer.Complete;
        if (StartOf(pid) is not long start)
            return Answer.None;
        BlindUntil = Math.Max(BlindUntil, start);
        return Answer.Complete;
    }

    private Answer AskEnvironment(int pid)
    {
        for (int i = 0; i < MostTries; i++)
        {
            int length = _proc.ReadAtOnce($"{pid}/environ", ref _environment);
            if (length < 0)
                return AnswerOfUnreadable(pid);
            if (length > 0)
            {
                AddNames(_environment.AsSpan(0, length));
                return Answer.Complete;
            }

            if (EmptyEnvironmentOf(pid) is Answer answer && answer != Answer.Later)
                return answer;
        }

        return Answer.Later;
    }

    /// <summary>
    /// <see cref="Answer.Later"/> where it is unknown: also in the midst of an exec nothing can be read. The kernel does not know yet where the environment lies, or has
    /// noted where it begins as its end, too; but then the process does not sleep, neither now nor a moment ago.
    /// </summary>
    private Answer EmptyEnvironmentOf(int pid)
    {
        string[] before = StatusOf(pid);
        if (before.Length == 0 || IsWithoutMemory(before))
            return Answer.Ended;
        string[] now = StatusOf(pid);
        bool isEmpty = SleepsWithEmptyEnvironment(before) && SleepsWithEmptyEnvironment(now) && before[ProcStatus.EnvironmentStart] == now[ProcStatus.EnvironmentStart];
        return isEmpty ? Answer.Complete : Answer.Later;
    }

    private static bool IsWithoutMemory(string[] fields) => fields.Length > ProcStatus.Threads
        && (ProcStatus.IsKernels(fields) || ((fields[ProcStatus.State] is "Z" or "X") && (fields[ProcStatus.Threads] is "0" or "1")));

    private static bool SleepsWithEmptyEnvironment(string[] fields) =>
        fields.Length > ProcStatus.EnvironmentEnd && (fields[ProcStatus.State] is "S" or "T" or "t" or "I")
            && fields[ProcStatus.EnvironmentStart] != "0" && fields[ProcStatus.EnvironmentStart] == fields[ProcStatus.EnvironmentEnd];

    // Two seconds of doubt: the start is in hundredths of a second, as our time namespace counts them.
    private long? StartOf(int pid)
    {
        const long TicksPerSecond = 100, Doubt = 2;
        string[] fields = StatusOf(pid);
        return fields.Length > ProcStatus.Start && long.TryParse(fields[ProcStatus.Start], NumberStyles.None, CultureInfo.InvariantCulture, out long start)
            ? (start / TicksPerSecond) + Doubt - FileAge.NamespaceOffset
            : null;
    }

    private string[] StatusOf(int pid) => ProcStatus.Fields(_proc.TryRead($"{pid}/stat"));

    private void AddNames(ReadOnlySpan<byte> environment)
    {
        for (int at; (at = environment.IndexOf(_nameAndEquals)) >= 0;)
        {
            bool isWholeName = at == 0 || environment[at - 1] == 0;
            environment = environment[(at + _nameAndEquals.Length)..];
            int end = environment.IndexOf((byte)0);
            ReadOnlySpan<byte> path = end < 0 ? environment : environment[..end];
            if (isWholeName)
                _names.Add(ByteString.From(path[(path.LastIndexOf((byte)'/') + 1)..]));
        }
    }

    private enum Answer
    {
        /// <summary>It may live, and have names that were not noted.</summary>
        None,

        /// <summary>All that it could name has been noted.</summary>
        Complete,

        /// <summary>It is in the midst of an exec, and can be asked in the next listing.</summary>
        Later,

        /// <summary>It has ended, and may have handed them on.</summary>
        Ended,
    }
}
