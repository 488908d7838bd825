using VirtTime.Native;

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
    // A process that is forked while the others are asked is in the next listing.
    private const int MostListings = 8;

    /// <summary>Whether nobody else can have it mapped.</summary>
    public bool SawEverybody => BlindSpots == BlindSpots.None;

    /// <param name="descriptor">The config file, open for reading.</param>
    public static ConfigUsers Of(int descriptor)
    {
        using ProcFolder? proc = ProcFolder.TryOpen();
        MappedFileIdentity? identity = MappedFileIdentity.TryOf(descriptor);
        if (proc is null || identity is null)
            return new ConfigUsers([], [], BlindSpots.NoProc);

        KernelThreads kernel = KernelThreads.In(proc);
        HashSet<int> asked = [.. kernel.Ids, proc.OwnProcess()];
        List<ConfigUser> users = [];
        List<int> closed = [];
        int newOnes = 1;
        for (int listing = 0; listing < MostListings && newOnes > 0; listing++)
        {
            newOnes = 0;
            foreach (int pid in proc.ProcessIds())
            {
                if (!asked.Add(pid))
                    continue;

                newOnes++;
                if (Ask(proc, identity, pid, users) == false)
                    closed.Add(pid);
            }
        }

        BlindSpots blind = (closed.Count > 0 ? BlindSpots.ClosedProcesses : 0)
            | (kernel.AreShown ? 0 : BlindSpots.UnseenProcesses)
            | (newOnes > 0 ? BlindSpots.NewProcesses : 0);
        return new ConfigUsers(users, closed, blind);
    }

    /// <returns>False where the process could not be asked.</returns>
    private static bool Ask(ProcFolder proc, MappedFileIdentity identity, int pid, List<ConfigUser> users)
    {
        List<Mapping>? mappings = ProcessMaps.TryReadShared(proc, pid);
        if (mappings is null)
            return Errno.Last is Errno.ENOENT or Errno.ESRCH;

        bool found = false;
        bool writable = false;
        foreach (Mapping mapping in mappings)
        {
            bool isOfFile = identity.IsOf(pid, mapping);
            found |= isOfFile;
            writable |= isOfFile && mapping.IsWritable;
        }

        // Without threads where it has ended meanwhile.
        List<ThreadIds> threads = found ? ThreadIds.Of(proc, pid) : [];
        if (threads.Count > 0)
            users.Add(new ConfigUser(pid, !writable, threads));

        return true;
    }
}
