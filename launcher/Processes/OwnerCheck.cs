using Mono.Unix.Native;
using VirtTime.Config;
using VirtTime.Diagnostics;

namespace VirtTime.Processes;

/// <summary>Checks a config file's owner, who can truncate the file and so kill every process that has it mapped (SIGBUS).</summary>
internal static class OwnerCheck
{
    /// <param name="force">Only warn.</param>
    /// <exception cref="LauncherException">The file belongs to neither the launcher's user nor root.</exception>
    public static void Refuse(OpenConfig file, bool force)
    {
        if (file.Owner == 0 || file.Owner == Syscall.geteuid())
            return;
        if (!force)
            throw ConfigErrors.ForeignOwner(file.Path, file.Owner);
        StandardStreams.WriteMessage($"warning: {ConfigErrors.What(file.Path)}: belongs to user {file.Owner}, who can kill every process that uses it by truncating it");
    }
}
