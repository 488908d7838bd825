using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Commands.Adjust;
using VirtTime.Processes;

namespace VirtTime.Commands;

/// <summary>Finds the config file of a running program, for a command that is to run on the same clocks.</summary>
internal static class JoinedConfig
{
    /// <summary>Finds the file, and moves the clocks of both programs if the request asks for that.</summary>
    /// <returns>An absolute path under which the command finds this file.</returns>
    /// <exception cref="LauncherException">The file cannot be used, or the command would not find it or would see other clocks.</exception>
    public static string Prepare(int pid, Request request)
    {
        bool changes = request.ChangesClocks || request.Config.Resume;
        using ProcessConfig config = ProcessConfig.Open(pid, changes);
        string path = Reachable(pid, config);
        if (TimeNamespace.Between(pid) != default)
        {
            throw new LauncherException(
                $"--pid {pid}", "runs in another time namespace, which the command would not enter; run virttime-run inside that namespace");
        }

        OwnerCheck.Refuse(config.File, request.Running.Force);
        if (changes)
            ProcessAdjustment.Apply(config.File, request, pid, HostClocks.Now);

        return path;
    }

    private static string Reachable(int pid, ProcessConfig config)
    {
        new Descriptor(config.File.Descriptor).TryStat(out statx_buffer status);
        bool isOurs = config.Path is not null && !config.Path.StartsWith($"/proc/{pid}/", StringComparison.Ordinal);
        if (isOurs && MappedFileAccess.IsAt(config.Path!, status))
            return config.Path!;

        string reason = status.stx_nlink == 0 ? "is deleted" : "has no path here";
        throw new LauncherException($"--pid {pid}", $"its config file {config.File.Path} {reason}, so the command cannot open it");
    }
}
