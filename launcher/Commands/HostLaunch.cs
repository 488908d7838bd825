using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Diagnostics;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary><c>--none</c>: runs a command on the host's clocks, from within a process tree whose clocks are shifted.</summary>
internal static class HostLaunch
{
    /// <summary>Never returns: on success this process becomes the target, otherwise it throws.</summary>
    /// <exception cref="LauncherException">The command cannot be run.</exception>
    public static int Run(Request request)
    {
        EnvironmentBlock environment = TargetEnvironment.OnHostClocks();

        // The inspection only has to find the command. On the host's clocks it does not matter whether the command would escape.
        string path = TargetInspection.Inspect(request.Command, environment).Command;
        if (TimeNamespace.TryReadForChildren() is { } difference && difference != default)
            StandardStreams.WriteMessage("warning: --none: virttime-run is in a time namespace with shifted clocks, which the command cannot leave");
        Log.Debug($"command {path} on the host's clocks");
        Log.Finish();
        throw CommandExecution.Execute(path, request.Command, environment);
    }
}
