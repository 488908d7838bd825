using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Commands.Adjust;
using VirtTime.Commands.Namespaces;
using VirtTime.Diagnostics;
using VirtTime.PrivateFiles;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary>Runs a command with shifted clocks.</summary>
internal static class Launch
{
    /// <summary>Never returns: on success this process becomes the target, otherwise it throws.</summary>
    /// <exception cref="LauncherException">The command or the config file cannot be used.</exception>
    public static int Run(Request request)
    {
        if (request.Backend != Backend.Preload)
        {
            NamespaceLaunch.RunIfWanted(request);
            Log.Start(request.LogLevel);
        }

        string interposer = InterposerLibrary.Find();
        EnvironmentBlock environment = TargetEnvironment.OnVirtualClocks(interposer);
        string path = CheckTarget(request, environment);
        Log.Debug($"command {path}, interposer {interposer}");

        // The config file comes last, because a clock that is given with --monotonic-at counts from this moment.
        bool isPrivate = request.Config.Path is null && request.Pid is null;
        string config = PrepareConfig(request);

        Log.Debug($"config file {config}");
        HostDate.NoteIfSettable(config);
        Log.Finish();
        LauncherException failure = CommandExecution.Execute(path, request.Command, environment.With(EnvironmentBlock.ConfigPath, config));
        if (isPrivate)
            SystemCalls.unlinkat(SystemCalls.AT_FDCWD, config, 0);

        throw failure;
    }

    private static string PrepareConfig(Request request)
    {
        if (request.Pid is int pid)
            return JoinedConfig.Prepare(pid, request);

        string? named = request.Config.Path;
        if (named is null)
            return PrivateConfig.Create(request.NewContent);

        string path = WorkingDirectory.Absolute(named);
        NamedConfig.Prepare(named, request);
        return path;
    }

    /// <returns>The file to execute.</returns>
    private static string CheckTarget(Request request, EnvironmentBlock environment)
    {
        Finding finding = TargetInspection.Inspect(request.Command, environment);
        foreach (FindingStep step in finding.Steps)
            Log.Debug($"{step.Path}: {step.Kind}");

        if (finding.Escape is not null && !request.Running.Force)
            throw new LauncherException(finding.Path, finding.Escape + ", or give --force to run it on the host's clocks");

        if ((finding.Escape ?? finding.Doubt) is string warning)
            StandardStreams.WriteMessage($"warning: {finding.Path}: {warning}");

        return finding.Command;
    }
}
