using System.Text;
using VirtTime.Clocks;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Native;
using VirtTime.Processes;

namespace VirtTime.State;

/// <summary><c>--list</c>: the virtualised programs that one may see.</summary>
internal static class ProcessListing
{
    /// <exception cref="LauncherException">There is no /proc.</exception>
    public static int Run(bool json)
    {
        using ProcFolder proc = ProcFolder.TryOpen() ?? throw new LauncherException("--list", $"/proc: {Errno.Text(Errno.Last)}");
        HashSet<int> leftOut = [.. KernelThreads.In(proc).Ids];
        List<ListedProcess> processes = [];
        foreach (int pid in proc.ProcessIds())
        {
            if (!leftOut.Contains(pid) && Ask(proc, pid) is ListedProcess process)
                processes.Add(process);
        }

        StandardStreams.WriteOutput(json ? ListingText.Json(processes) : ListingText.Human(processes));
        return ExitStatus.Success;
    }

    private static ListedProcess? Ask(ProcFolder proc, int pid)
    {
        using MappedConfig? config = VirtualisedProcess.Ask(proc, pid)?.Config;

        // A launcher that is changing the file has it mapped too.
        if (config is null || IsLauncher(pid))
            return null;

        string[]? command = Command(proc, pid);
        return command is null ? null : new ListedProcess(pid, command, config.ShownPath, Clocks(pid, config.Read));
    }

    private static ClockState[]? Clocks(int pid, MappedConfig.Content content)
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
        SystemCalls.statx(SystemCalls.AT_FDCWD, "/proc/self/exe", 0, statx_buffer.STATX_BASIC_STATS, out statx_buffer own) == 0
            && MappedFileAccess.IsAt($"/proc/{pid}/exe", own);

    // What it was started with, or the title that it wrote over it; its name where there is neither. Null where it is gone.
    private static string[]? Command(ProcFolder proc, int pid)
    {
        byte[]? arguments = proc.TryRead($"{pid}/cmdline");
        string text = ByteString.From(arguments).TrimEnd('\0');
        if (text.Length > 0)
            return text.Split('\0');

        byte[]? name = proc.TryRead($"{pid}/comm");
        return name is null ? null : [ByteString.From(name).TrimEnd('\n')];
    }
}

/// <summary>A virtualised program.</summary>
/// <param name="Command">Byte strings; one alone where the program has written a title over them.</param>
/// <param name="Clocks">Null where its host clocks are those of a time namespace whose offsets cannot be read.</param>
internal sealed record ListedProcess(int ProcessId, string[] Command, string Config, ClockState[]? Clocks);

/// <summary>The two forms of the list.</summary>
internal static class ListingText
{
    private const string Unknown = "?";

    /// <summary>Ends in a line feed.</summary>
    public static string Human(List<ListedProcess> processes)
    {
        if (processes.Count == 0)
            return "no virtualised programs\n";

        List<string[]> rows = [["process", "monotonic", "boottime", "config file", "command"]];
        foreach (ListedProcess process in processes)
            rows.Add([$"{process.ProcessId}", Clock(process, 0), Clock(process, 1), process.Config, string.Join(' ', process.Command)]);

        StringBuilder text = new();
        TextTable.Append(text, rows, 0, 1, 2);
        return text.ToString();
    }

    /// <summary>An array, also of none; ends in a line feed.</summary>
    public static string Json(List<ListedProcess> processes)
    {
        if (processes.Count == 0)
            return "[]\n";

        StringBuilder json = new();
        foreach (ListedProcess process in processes)
        {
            json.Append(json.Length == 0 ? "[\n" : ",\n");
            json.Append($"  {{\n    \"process\": {process.ProcessId},\n");
            json.Append($"    \"command\": [{string.Join(", ", process.Command.Select(JsonText.Quote))}],\n");
            json.Append($"    \"config\": {JsonText.Quote(process.Config)},\n");
            json.Append($"    \"clocks\": {(process.Clocks is null ? "null" : JsonText.Clocks(process.Clocks, "    "))}\n  }}");
        }

        return json.Append("\n]\n").ToString();
    }

    private static string Clock(ListedProcess process, int clock) =>
        process.Clocks is null ? Unknown : HumanText.Words(process.Clocks[clock].Virtual);
}
