namespace VirtTime.Processes;

/// <summary>A process that has a config file mapped.</summary>
/// <param name="ProcessId">The process id in <c>/proc</c>.</param>
/// <param name="IsReadOnly">The process cannot write its slots, so its calls in flight cannot be moved.</param>
/// <param name="Threads">Never empty.</param>
internal sealed record ConfigUser(int ProcessId, bool IsReadOnly, IReadOnlyList<ThreadIds> Threads)
{
    /// <summary>Whether its library does not know rates (<see cref="OlderLibraries"/>).</summary>
    public bool HasOlderLibrary { get; init; }
}

/// <summary>Why a search may have missed users of a file.</summary>
[Flags]
internal enum BlindSpots
{
    None = 0,

    /// <summary>Some processes could not be read: processes of other users, or processes that are not dumpable.</summary>
    ClosedProcesses = 1,

    /// <summary>This <c>/proc</c> belongs to a child PID namespace, or hides processes.</summary>
    UnseenProcesses = 2,

    /// <summary>New processes appeared in every listing.</summary>
    NewProcesses = 4,

    /// <summary>There is no <c>/proc</c>, or it is unknown how <c>maps</c> shows the file.</summary>
    NoProc = 8,
}

/// <summary>The processes that have a config file mapped, except the launcher itself.</summary>
/// <remarks>A process between its exec and the loading of the library has not mapped the file yet and is missing.</remarks>
/// <param name="Closed">The ids of processes whose mappings could not be read.</param>
internal sealed record ConfigUsers(IReadOnlyList<ConfigUser> Users, IReadOnlyList<int> Closed, BlindSpots BlindSpots)
{
    /// <summary>Whether no other process can have the file mapped.</summary>
    public bool SawEverybody => BlindSpots == BlindSpots.None;

    /// <param name="descriptor">The config file, open for reading.</param>
    public static ConfigUsers Of(int descriptor)
    {
        using UserSearch search = UserSearch.Begin(descriptor);
        return search.Found;
    }
}
