using System.Globalization;
using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.PrivateFiles;

/// <summary>Collects the values of a variable in the environments of the processes of the launcher's PID namespace and its children.</summary>
/// <remarks>See README.md, "Private files and their sweep", for why no value is missed.</remarks>
internal sealed class EnvironmentSurvey
{
    private const int QuietListings = 2;
    private const int MostListings = 32;
    private const int MostTries = 3;

    // In bytes; some twenty processes. The fewer processes are listed at once, the fewer end before they are read.
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

    /// <summary>The file names that were found: the last part of each path.</summary>
    public IReadOnlySet<string> Names => _names;

    /// <summary>
    /// When the youngest unreadable process started, in seconds since the machine's boot. It cannot have been started with the name of a file
    /// that was created later.
    /// </summary>
    public long BlindUntil { get; private set; } = long.MinValue;

    /// <summary>Reads all processes; null if they could not all be read in time.</summary>
    /// <param name="variable">The name of a variable that holds a path.</param>
    /// <param name="asksMappings">Also collect the names of mapped files. Needed if a lease proves nothing.</param>
    /// <param name="budget">The processor time that reading may take.</param>
    public static EnvironmentSurvey? TryTake(string variable, bool asksMappings, TimeBudget budget)
    {
        using ProcFolder? proc = ProcFolder.TryOpen();

        // This must be the /proc of the launcher's own PID namespace, and it must show processes of other users.
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

    /// <returns>How many new processes had ended before they were read, or must be read again; null if one cannot be judged, or time is up.</returns>
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

    /// <summary>The answer for a process whose file in <c>/proc</c> could not be read (<see cref="ErrorNumber.Last"/>).</summary>
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
    /// The answer for a process whose <c>environ</c> is empty. During an exec it is empty too, because the kernel does not know the
    /// environment's addresses yet, or has set its end to its start. But a process does not sleep then. So the environment is really empty if
    /// the process sleeps in two readings. Otherwise the answer is <see cref="Answer.Later"/>.
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

    // stat gives the start in 1/100 s, with the offset of the launcher's time namespace. Rounding is covered by two seconds of doubt.
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
        /// <summary>The process may live and have a value that was not collected.</summary>
        None,

        /// <summary>Every value that matters is collected, or covered by <see cref="BlindUntil"/>.</summary>
        Complete,

        /// <summary>The process is in an exec, and must be read again in the next listing.</summary>
        Later,

        /// <summary>The process has ended, and may have passed its values on to a child.</summary>
        Ended,
    }
}
