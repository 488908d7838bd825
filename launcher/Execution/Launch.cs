using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Native;
using VirtTime.Target;

namespace VirtTime.Execution;

/// <summary>Runs a command with shifted clocks.</summary>
internal static class Launch
{
    /// <summary>Returns only by an exception: on success this process has become the target.</summary>
    /// <exception cref="LauncherException">The command or the config file cannot be used.</exception>
    public static int Run(Request request)
    {
        string interposer = InterposerLibrary.Find();
        string path = SearchPath.Resolve(request.Command[0]);
        CheckTarget(path, request.Options.Force);
        EnvironmentBlock current = EnvironmentBlock.Current;
        EnvironmentBlock environment = current.With(
            EnvironmentBlock.Preload, InterposerLibrary.Prepend(interposer, current.Find(EnvironmentBlock.Preload)));
        Log.Debug($"command {path}, interposer {interposer}");

        // Last, since a clock given with --monotonic-at counts from here.
        bool isPrivate = request.Options.Config is null && request.Pid is null;
        string config = PrepareConfig(request);

        Log.Debug($"config file {config}");
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

        string? named = request.Options.Config;
        if (named is null)
            return PrivateConfig.Create(request.NewContent);

        string path = WorkingDirectory.Absolute(named);
        NamedConfig.Prepare(named, request);
        return path;
    }

    private static void CheckTarget(string path, bool force)
    {
        Finding finding = TargetInspection.Inspect(path);
        foreach (FindingStep step in finding.Steps)
            Log.Debug($"{step.Path}: {step.Kind}");

        if (finding.Escape is null)
            return;

        if (!force)
            throw new LauncherException(finding.Path, finding.Escape + ", or give --force to run it on the host's clocks");

        StandardStreams.WriteMessage($"warning: {finding.Path}: {finding.Escape}");
    }
}
