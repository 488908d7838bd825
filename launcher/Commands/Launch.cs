using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Commands.Adjust;
using VirtTime.Commands.Namespaces;
using VirtTime.Diagnostics;
using VirtTime.Placement;
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
        if (request.Backend is Backend.Namespace or Backend.Auto)
        {
            NamespaceLaunch.RunIfWanted(request);
            Log.Start(request.LogLevel);
        }

        string interposer = InterposerLibrary.Find();
        EnvironmentBlock environment = TargetEnvironment.OnVirtualClocks(interposer);
        Finding finding = TargetInspection.Inspect(request.Command, environment);
        foreach (FindingStep step in finding.Steps)
            Log.Debug($"{step.Path}: {step.Kind}");

        Verdict verdict = Verdict.Of(request, finding);
        if (verdict.Refusal is string refusal)
            throw new LauncherException(finding.Path, refusal);

        if (verdict.Warning is string warning)
            StandardStreams.WriteMessage($"warning: {finding.Path}: {warning}");

        Log.Debug($"command {finding.Command}, interposer {interposer}{(verdict.IsPlaced ? ", placed by virttime-run" : "")}");

        using PlacedLibrary? placed = verdict.IsPlaced ? PlacedLibrary.Open(interposer) : null;

        // The config file comes last, because a clock that is given with --monotonic-at counts from this moment.
        bool isPrivate = request.Config.Path is null && request.Pid is null;
        string config = PrepareConfig(request);

        Log.Debug($"config file {config}");
        HostDate.NoteIfSettable(config);
        Log.Finish();
        LauncherException failure = Execute(request, finding, environment.With(EnvironmentBlock.ConfigPath, config), placed);
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

    /// <summary>Returns only if the target cannot be executed; the result says why.</summary>
    /// <param name="placed">The library to place into the target; null if the loader loads it.</param>
    private static LauncherException Execute(Request request, Finding finding, EnvironmentBlock environment, PlacedLibrary? placed)
    {
        if (placed is null)
            return CommandExecution.Execute(finding.Command, request.Command, environment);

        if (TracedExec.TryBegin(placed, finding.Path, environment, out string? whyNot) is TracedExec traced)
            return CommandExecution.Execute(finding.Command, request.Command, environment, traced);

        if (request.Backend == Backend.Place || !request.Running.Force)
            return new LauncherException(finding.Path, Verdict.NotPlaced + whyNot + ", or use --backend namespace");

        StandardStreams.WriteMessage($"warning: {finding.Path}: {Verdict.NotPlaced}{whyNot}; it runs on the host's clocks");
        return CommandExecution.Execute(finding.Command, request.Command, environment);
    }
}
