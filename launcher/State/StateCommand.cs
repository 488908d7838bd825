using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Execution;

namespace VirtTime.State;

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
            Save(path, request, HostClocks.Now);
        else if (options.Resume || request.ChangesClocks)
            NamedConfig.Prepare(path, request);
        else
            NamedConfig.EnsureExists(path, request);

        if (options.Json || !(options.Save || options.Resume || request.ChangesClocks))
            Show(path, options.Json, HostClocks.Now);

        return ExitStatus.Success;
    }

    private static int RunForProcess(Request request, int pid)
    {
        string path = ProcessConfig.Find(pid);
        TimeNamespace.Difference difference = TimeNamespace.Between(pid);
        HostClocks.Moment Clocks() => difference.Apply(HostClocks.Now());

        LauncherOptions options = request.Options;
        if (options.Save)
        {
            Save(path, request, Clocks);
        }
        else if (options.Resume || request.ChangesClocks)
        {
            using ConfigFile file = Open(path, toWrite: true);
            int calls = options.Resume ? SavedClocks.Resume(file, Clocks, options.Force) : ConfigAdjustment.Apply(file, request, Clocks);
            if (calls > 0 && !ProcessStatus.IsStopped(pid))
            {
                string noun = calls == 1 ? "call" : "calls";
                StandardStreams.WriteMessage($"note: {calls} {noun} in flight may keep the old deadline; stop the process to change it exactly");
            }
        }

        if (options.Json || !(options.Save || options.Resume || request.ChangesClocks))
            Show(path, options.Json, Clocks);

        return ExitStatus.Success;
    }

    private static void Save(string path, Request request, Func<HostClocks.Moment> clocks)
    {
        using ConfigFile file = Open(path, toWrite: true);
        SavedClocks.Save(file, clocks, request.Options.Force);
    }

    private static void Show(string path, bool json, Func<HostClocks.Moment> clocks)
    {
        using ConfigFile file = Open(path, toWrite: false);
        ConfigState state = ConfigState.Of(file, clocks()) with { Path = WorkingDirectory.Absolute(path) };
        StandardStreams.WriteOutput(json ? JsonText.Of(state) : HumanText.Of(state));
    }

    private static ConfigFile Open(string path, bool toWrite) => ConfigFile.TryOpen(path, toWrite) ?? throw ConfigErrors.Missing(path);
}
