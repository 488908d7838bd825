using Mono.Unix.Native;
using VirtTime.Config;
using VirtTime.Diagnostics;

namespace VirtTime.Processes;

/// <summary>Whether a config file may be trusted: its owner can truncate it, which ends everybody who has it mapped with SIGBUS.</summary>
internal static class OwnerCheck
{
    /// <param name="force">Warn only.</param>
    /// <exception cref="LauncherException">It belongs to neither the user nor root.</exception>
    public static void Refuse(OpenConfig file, bool force)
    {
        if (file.Owner == 0 || file.Owner == Syscall.geteuid())
            return;
        if (!force)
            throw ConfigErrors.ForeignOwner(file.Path, file.Owner);
        StandardStreams.WriteMessage($"warning: {ConfigErrors.What(file.Path)}: belongs to user {file.Owner}, who can kill every process that uses it by truncating it");
    }
}
