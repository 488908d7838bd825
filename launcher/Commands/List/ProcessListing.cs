using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Commands.Show;
using VirtTime.Processes;

namespace VirtTime.Commands.List;

/// <summary><c>--list</c>: lists the programs with shifted clocks that the user may inspect, with up to 4 KiB of each command line.</summary>
internal static class ProcessListing
{
    /// <exception cref="LauncherException">There is no /proc, or it belongs to another PID namespace.</exception>
    public static int Run(bool json)
    {
        using ProcFolder proc = ProcFolder.TryOpen() ?? throw new LauncherException("--list", $"/proc: {ErrorNumber.Text(ErrorNumber.Last)}");
        proc.DemandOwn("--list");
        HashSet<int> leftOut = [.. KernelThreads.In(proc).Ids];
        List<ListedProcess> processes = [];
        foreach (int pid in proc.ProcessIds())
        {
            if (!leftOut.Contains(pid) && Ask(proc, pid) is ListedProcess process)
                processes.Add(process);
        }

        if (json)
            ListingText.WriteJson(processes);
        else
            ListingText.WriteHuman(processes);

        return ExitStatus.Success;
    }

    private static ListedProcess? Ask(ProcFolder proc, int pid)
    {
        using FoundConfig? config = VirtualisedProcess.Ask(proc, pid)?.Config;

        // A launcher that is changing the file also has it mapped.
        if (config is null || IsLauncher(pid))
            return null;

        string[]? command = Command(proc, pid);
        return command is null ? null : new ListedProcess(pid, command, config.ShownPath, config.IsNewer ? null : Clocks(pid, config.Read));
    }

    private static ClockState[]? Clocks(int pid, FoundConfig.Content content)
    {
        try
        {
            HostClocks.Moment host = TimeNamespace.Between(pid).Apply(HostClocks.Now());
            return ConfigState.ReadClocks(ClockOffsets.Of(content.Offset, content.Extension), host);
        }
        catch (LauncherException)
        {
            return null;
        }
    }

    private static bool IsLauncher(int pid) =>
        statx_buffer.Of("/proc/self/exe") is statx_buffer own && MappedFileAccess.IsAt($"/proc/{pid}/exe", own);

    // The command line, or the title with which the program has overwritten it; its name if both are empty. Null if the process has ended.
    private static string[]? Command(ProcFolder proc, int pid)
    {
        const int MostBytes = 4096;
        ReadOnlySpan<byte> arguments = proc.TryRead($"{pid}/cmdline");
        string text = ByteString.From(arguments[..Math.Min(arguments.Length, MostBytes)]).TrimEnd('\0');
        if (text.Length > 0)
            return text.Split('\0');

        byte[]? name = proc.TryRead($"{pid}/comm");
        return name is null ? null : [ByteString.From(name).TrimEnd('\n')];
    }
}
