using VirtTime.Base;
using VirtTime.Config;
using VirtTime.Processes;

namespace VirtTime.Commands.Criu;

/// <summary>Checks whether a tree of processes can be migrated with one config file.</summary>
internal static class TreeCheck
{
    /// <summary>Checks each process: it must have this file mapped and be able to write it, or it must run on the host's clocks.</summary>
    /// <exception cref="LauncherException">
    /// A process uses another file, cannot be inspected, or has deadlines outside the file; or no process uses the file.
    /// </exception>
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

    /// <summary>Does the same for a tree that the launcher may not be able to inspect yet; returns false in that case.</summary>
    /// <exception cref="LauncherException">The tree can be inspected, and a check fails.</exception>
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
