using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Processes;

namespace VirtTime.Commands.Adjust;

/// <summary>
/// Adjusts or resumes the clocks of a running program, and notes calls that may keep the old deadline because no thread was stopped.
/// </summary>
internal static class ProcessAdjustment
{
    /// <exception cref="LauncherException">The clocks cannot be changed.</exception>
    public static void Apply(OpenConfig file, Request request, int pid, Func<HostClocks.Moment> clocks)
    {
        ConfigOptions config = request.Config;
        int slots = config.Resume
            ? SavedClocks.Resume(file, clocks, ConfigAdjustment.Manner.Of(request), config.Elapsed)
            : ConfigAdjustment.Apply(file, request, clocks);
        int calls = slots == 0 || !config.NoFreeze || config.KeepWaits || ProcessStatus.IsStopped(pid) ? 0 : CallsInFlight.Of(file).Slots.Count;
        if (calls == 0)
            return;

        string noun = calls == 1 ? "call" : "calls";
        StandardStreams.WriteMessage($"note: {calls} {noun} in flight may keep the old deadline; without --no-freeze, virttime-run moves every deadline");
    }
}
