namespace VirtTime.Processes;

/// <summary>A process that has a config file mapped.</summary>
/// <param name="ProcessId">As /proc shows it.</param>
/// <param name="IsReadOnly">It cannot write its slots, so its calls in flight cannot be moved.</param>
/// <param name="Threads">Never empty.</param>
internal sealed record ConfigUser(int ProcessId, bool IsReadOnly, IReadOnlyList<ThreadIds> Threads);

/// <summary>Where somebody may use a file without having been found.</summary>
[Flags]
internal enum BlindSpots
{
    None = 0,

    /// <summary>Processes of other users, and those that protect themselves.</summary>
    ClosedProcesses = 1,

    /// <summary>This /proc is of a process namespace within the machine's, or hides processes.</summary>
    UnseenProcesses = 2,

    /// <summary>New processes came faster than they could be asked.</summary>
    NewProcesses = 4,

    /// <summary>What the file's mappings look like could not be found out, or there is no /proc.</summary>
    NoProc = 8,
}

/// <summary>Who has a config file mapped at this moment. This process is left out.</summary>
/// <remarks>A process between its exec and the loading of the library has nothing mapped yet.</remarks>
/// <param name="Closed">Processes that could not be asked.</param>
internal sealed record ConfigUsers(IReadOnlyList<ConfigUser> Users, IReadOnlyList<int> Closed, BlindSpots BlindSpots)
{
    /// <summary>Whether nobody else can have it mapped.</summary>
    public bool SawEverybody => BlindSpots == BlindSpots.None;

    /// <param name="descriptor">The config file, open for reading.</param>
    public static ConfigUsers Of(int descriptor)
    {
        using UserSearch search = UserSearch.Begin(descriptor);
        return search.Found;
    }
}
