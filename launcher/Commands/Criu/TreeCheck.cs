using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Commands.Criu;

/// <summary>Whether a tree of processes can be moved with one config file.</summary>
internal static class TreeCheck
{
    /// <summary>Looks at every process: it has to use this file, and to write it, or to be on the host's clocks.</summary>
    /// <exception cref="LauncherException">One uses another file, cannot be asked, or keeps its deadlines to itself; or none uses it.</exception>
    public static void Demand(OpenConfig config, int root)
    {
        using ProcFolder proc = ProcFolder.TryOpen() ?? throw MigrationErrors.CannotAsk(root, ErrorNumber.Last);
        proc.DemandOwn(MigrationErrors.Option);
        MappedFileIdentity identity = MappedFileIdentity.TryOf(config.Descriptor) ?? throw MigrationErrors.NotUsed(config.Path);
        int users = 0;
        foreach (int pid in ProcessTree.Of(proc, root))
        {
            List<Mapping> mappings = ProcessMaps.TryReadShared(proc, pid) ?? throw MigrationErrors.CannotAsk(pid, ErrorNumber.Last);
            List<Mapping> own = mappings.FindAll(mapping => identity.IsOf(pid, mapping));
            if (own.Count == 0)
                RefuseOther(config, proc, pid);
            else if (!own.Exists(mapping => mapping.IsWritable))
                throw MigrationErrors.ReadOnly(config.Path, pid);
            else if (SlotRoom.FindBeyond(config, ThreadIds.Of(proc, pid).Select(thread => thread.Own)) is int thread)
                throw MigrationErrors.NoRoom(config.Path, pid, thread);
            users += own.Count == 0 ? 0 : 1;
        }

        if (users == 0)
            throw MigrationErrors.NotUsed(config.Path);
    }

    /// <summary>The same of a tree that may not be open to us yet: false where that is so.</summary>
    /// <exception cref="LauncherException">It can be asked, and does not use the file.</exception>
    public static bool DemandIfOpen(OpenConfig config, int root)
    {
        if (SmallFile.TryRead($"/proc/{root}/maps") is null && ErrorNumber.Last is ErrorNumber.EACCES or ErrorNumber.EPERM)
            return false;
        Demand(config, root);
        return true;
    }

    private static void RefuseOther(OpenConfig config, ProcFolder proc, int pid)
    {
        VirtualisedProcess.Found found = VirtualisedProcess.Ask(proc, pid) ?? throw MigrationErrors.CannotAsk(pid, ErrorNumber.Last);
        using FoundConfig? other = found.Config;
        string? name = other?.ShownPath ?? (found.Named is null ? null : found.Unreachable);
        if (name is not null || found.IsAmbiguous)
            throw MigrationErrors.OtherConfig(config.Path, pid, name ?? "one of several");
    }
}
