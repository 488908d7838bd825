using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Commands.Adjust;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Processes;

namespace VirtTime.Commands.Show;

/// <summary>The forms without a command: create, adjust, save, resume or show.</summary>
internal static class StateCommand
{
    /// <exception cref="LauncherException">It cannot be done.</exception>
    public static int Run(Request request)
    {
        if (request.Pid is int pid)
            return RunForProcess(request, pid);

        string path = request.Options.Config!;
        LauncherOptions options = request.Options;
        if (options.Save)
            Save(path, request);
        else if (options.Resume || request.ChangesClocks)
            NamedConfig.Prepare(path, request);

        if (options.Json || !(options.Save || options.Resume || request.ChangesClocks))
            Show(path, options.Json);

        return ExitStatus.Success;
    }

    private static void Save(string path, Request request)
    {
        using OpenConfig file = OpenConfig.TryOpen(path, toWrite: true) ?? throw ConfigErrors.Missing(path);
        OwnerCheck.Refuse(file, request.Options.Force);
        SavedClocks.Save(file, HostClocks.Now, request.Options.Force);
    }

    private static int RunForProcess(Request request, int pid)
    {
        LauncherOptions options = request.Options;
        bool changes = options.Save || options.Resume || request.ChangesClocks;
        using ProcessConfig config = ProcessConfig.Open(pid, toWrite: changes);
        TimeNamespace.Difference difference = TimeNamespace.Between(pid);
        HostClocks.Moment Clocks() => difference.Apply(HostClocks.Now());

        if (options.Save)
            SavedClocks.Save(config.File, Clocks, options.Force);
        else if (changes)
            ProcessAdjustment.Apply(config.File, request, pid, Clocks);

        if (options.Json || !changes)
            Show(config.File, options.Json, Clocks);

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
        StandardStreams.WriteMessage($"note: {calls} may be of threads that have ended: not every process could be asked; root sees more");
    }
}
