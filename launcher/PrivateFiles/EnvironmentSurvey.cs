using System.Globalization;
using VirtTime.Clocks;
using VirtTime.Config;
using VirtTime.Native;
using VirtTime.Processes;

namespace VirtTime.PrivateFiles;

/// <summary>Which values of a variable the processes of our PID namespace, and of those below it, were started with.</summary>
/// <remarks>
/// Processes of other users, which may not open a private file, are passed over; those that protect themselves as well, where they are
/// older than the files that matter. What a process was not started with, its children
/// are not either: so once every process has been asked, and none is new in two listings in a row, nobody was missed, however fast some
/// fork. (Two, since a chain of short-lived processes can be missed by one, where its ids wrap.)
/// </remarks>
internal sealed class EnvironmentSurvey
{
    private const int QuietListings = 2;
    private const int MostListings = 8;
    private const int MostTries = 3;

    // Small, so that the time is looked at often.
    private const int BufferSize = 2048;

    private readonly ProcFolder _proc;
    private readonly byte[] _nameAndEquals;
    private readonly long _since;
    private readonly TimeBudget _budget;
    private readonly HashSet<int> _asked;
    private readonly HashSet<string> _names = [];
    private readonly byte[] _buffer = new byte[BufferSize];

    private EnvironmentSurvey(ProcFolder proc, string variable, long since, TimeBudget budget)
    {
        _proc = proc;
        _nameAndEquals = ByteString.ToBytes(variable + "=");
        _since = since;
        _budget = budget;
        _asked = [.. KernelThreads.In(proc).Ids, Environment.ProcessId];
    }

    /// <summary>The last part of each path; null where not every process could be asked in time.</summary>
    /// <param name="variable">Holds a path.</param>
    /// <param name="since">Wall clock, in seconds: an older process cannot have been started with a value that matters.</param>
    public static HashSet<string>? NamesIn(string variable, long since, TimeBudget budget)
    {
        using ProcFolder? proc = ProcFolder.TryOpen();

        // It has to be the /proc of our own namespace, and show processes that are not ours.
        if (proc is null || proc.OwnProcess() != Environment.ProcessId || proc.TryRead("1/stat") is null)
            return null;

        EnvironmentSurvey survey = new(proc, variable, since, budget);
        return survey.AskEverybody() ? survey._names : null;
    }

    private bool AskEverybody()
    {
        int quiet = 0;
        for (int listing = 0; listing < MostListings && quiet < QuietListings; listing++)
        {
            SystemCalls.lseek(_proc.Descriptor, 0, SystemCalls.SEEK_SET);
            int? newOnes = AskNewOnes();
            if (newOnes is null)
                return false;
            quiet = newOnes == 0 ? quiet + 1 : 0;
        }

        return quiet == QuietListings;
    }

    /// <returns>How many there were; null where one could not be asked, or time is up.</returns>
    private int? AskNewOnes()
    {
        int count = 0;
        List<string> names = [];
        while (DirectoryEntries.ReadSome(_proc.Descriptor, _buffer, names, out _))
        {
            foreach (string name in names)
            {
                if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) || !_asked.Add(pid))
                    continue;
                count++;
                if (_budget.IsUsedUp || !Ask(pid))
                    return null;
            }

            names.Clear();
        }

        return count;
    }

    /// <returns>Whether all that it could name has been noted.</returns>
    private bool Ask(int pid)
    {
        if (SystemCalls.kill(pid, 0) != 0)
            return true;

        for (int i = 0; i < MostTries; i++)
        {
            byte[]? environment = _proc.TryReadAtOnce($"{pid}/environ");
            if (environment is null)
                return Errno.Last is Errno.ENOENT or Errno.ESRCH || IsOlder(pid);
            if (environment.Length > 0)
            {
                AddNames(environment);
                return true;
            }

            if (HasEmptyEnvironment(pid))
                return true;
        }

        return false;
    }

    /// <summary>
    /// False where it is unknown: also in the midst of an exec nothing can be read. The kernel does not know yet where the environment lies, or has
    /// noted where it begins as its end, too; but then the process does not sleep, neither now nor a moment ago.
    /// </summary>
    private bool HasEmptyEnvironment(int pid)
    {
        const int EnvironmentStart = 47;
        string[] before = StatusOf(pid);
        if (before.Length == 0 || IsWithoutMemory(before))
            return true;
        string[] now = StatusOf(pid);
        return SleepsWithEmptyEnvironment(before) && SleepsWithEmptyEnvironment(now) && before[EnvironmentStart] == now[EnvironmentStart];
    }

    private static bool IsWithoutMemory(string[] fields)
    {
        const int State = 0, Flags = 6, Threads = 17;
        const uint PF_KTHREAD = 0x200000;
        if (fields.Length <= Threads)
            return false;
        bool isKernels = uint.TryParse(fields[Flags], out uint flags) && (flags & PF_KTHREAD) != 0;
        return isKernels || ((fields[State] is "Z" or "X") && (fields[Threads] is "0" or "1"));
    }

    private static bool SleepsWithEmptyEnvironment(string[] fields)
    {
        const int State = 0, EnvironmentStart = 47, EnvironmentEnd = 48;
        return fields.Length > EnvironmentEnd && (fields[State] is "S" or "T" or "t" or "I")
            && fields[EnvironmentStart] != "0" && fields[EnvironmentStart] == fields[EnvironmentEnd];
    }

    // Two seconds of doubt: the start is in hundredths of a second since the boot, and the clocks are not read at once.
    private bool IsOlder(int pid)
    {
        const int Start = 19;
        const long TicksPerSecond = 100, Doubt = 2;
        string[] fields = StatusOf(pid);
        HostClocks.Moment now = HostClocks.Now();
        return fields.Length > Start && long.TryParse(fields[Start], NumberStyles.None, CultureInfo.InvariantCulture, out long start)
            && now.Realtime.tv_sec - now.Boottime.tv_sec + (start / TicksPerSecond) + Doubt < _since;
    }

    /// <summary>The fields behind the name, which may hold anything; none where the process is gone.</summary>
    private string[] StatusOf(int pid)
    {
        string stat = ByteString.From(_proc.TryRead($"{pid}/stat"));
        return stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

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
}
