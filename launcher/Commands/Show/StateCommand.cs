using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Commands.Adjust;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Processes;

namespace VirtTime.Commands.Show;

/// <summary>The forms without a command: create, adjust, save, resume or show a config file.</summary>
internal static class StateCommand
{
    /// <exception cref="LauncherException">The file cannot be used, or the change is refused.</exception>
    public static int Run(Request request)
    {
        if (request.Pid is int pid)
            return RunForProcess(request, pid);

        string path = request.Config.Path!;
        bool changes = request.Config.Resume || request.ChangesClocks;
        if (request.Config.Save)
            Save(path, request);
        else if (changes)
            NamedConfig.Prepare(path, request);

        if (request.Output.Json || !(request.Config.Save || changes))
            Show(path, request.Output.Json);

        return ExitStatus.Success;
    }

    private static void Save(string path, Request request)
    {
        using OpenConfig file = OpenConfig.TryOpen(path, toWrite: true) ?? throw ConfigErrors.Missing(path);
        OwnerCheck.Refuse(file, request.Running.Force);
        SavedClocks.Save(file, HostClocks.Now, request.Running.Force);
    }

    private static int RunForProcess(Request request, int pid)
    {
        bool changes = request.Config.Save || request.Config.Resume || request.ChangesClocks;
        using ProcessConfig config = ProcessConfig.Open(pid, toWrite: changes);
        TimeNamespace.Difference difference = TimeNamespace.Between(pid);
        HostClocks.Moment Clocks() => difference.Apply(HostClocks.Now());

        if (request.Config.Save)
            SavedClocks.Save(config.File, Clocks, request.Running.Force);
        else if (changes)
            ProcessAdjustment.Apply(config.File, request, pid, Clocks);

        if (request.Output.Json || !changes)
            Show(config.File, request.Output.Json, Clocks);

        return ExitStatus.Success;
    }

    private static void Show(string path, bool json)
    {
        using OpenConfig file = OpenConfig.TryOpenToShow(path) ?? throw ConfigErrors.NothingToShow(path);
        Show(file, json, HostClocks.Now);
    }

    private static void Show(OpenConfig file, bool json, Func<HostClocks.Moment> clocks)
    {
        ConfigState state = ConfigState.Of(file, clocks());
        state = state with { Path = WorkingDirectory.Absolute(state.Path) };
        if (json)
            JsonText.Write(state);
        else
            HumanText.Write(state);

        if (state.Uncertain == 0)
            return;

        string calls = state.Uncertain == 1 ? "1 call" : $"{state.Uncertain} calls";
        StandardStreams.WriteMessage($"note: {calls} may belong to threads that have exited: {state.WhyUncertain}");
    }
}
