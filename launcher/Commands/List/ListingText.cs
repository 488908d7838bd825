using VirtTime.Clocks;
using VirtTime.Commands.Show;
using VirtTime.Diagnostics;
using VirtTime.Format;

namespace VirtTime.Commands.List;

/// <summary>A program with shifted clocks.</summary>
/// <param name="Command">The arguments as byte strings; a single one if the program has overwritten them with a title.</param>
/// <param name="Clocks">Null if the offsets of the process's time namespace cannot be read, or if the file is of a newer version.</param>
internal sealed record ListedProcess(int ProcessId, string[] Command, string Config, ClockState[]? Clocks);

/// <summary>Writes the list as text or as JSON.</summary>
internal static class ListingText
{
    private const string Unknown = "?";

    /// <exception cref="LauncherException">The output cannot be written.</exception>
    public static void WriteHuman(List<ListedProcess> processes)
    {
        OutputText text = new();
        bool hasDates = processes.Any(process => Date(process).Length > 0);
        string[] head = ["process", "monotonic", "boottime", .. Dates(hasDates, "realtime"), "config file", "command"];
        IEnumerable<string[]> rows = processes.Select(process => (string[])
        [
            $"{process.ProcessId}", Clock(process, 0), Clock(process, 1), .. Dates(hasDates, Date(process)),
            process.Config, string.Join(' ', process.Command),
        ]);
        if (processes.Count == 0)
            text.Append("no programs with shifted clocks\n");
        else
            TextTable.Append(text, rows.Prepend(head), 0, 1, 2);

        text.Flush();
    }

    /// <summary>Writes a JSON array, which is empty if there are no programs.</summary>
    /// <exception cref="LauncherException">The output cannot be written.</exception>
    public static void WriteJson(List<ListedProcess> processes)
    {
        OutputText json = new OutputText().Append("[");
        foreach (ListedProcess process in processes)
        {
            json.Append(process == processes[0] ? "\n" : ",\n");
            json.Append($"  {{\n    \"process\": {process.ProcessId},\n");
            json.Append($"    \"command\": [{string.Join(", ", process.Command.Select(JsonText.Quote))}],\n");
            json.Append($"    \"config\": {JsonText.Quote(process.Config)},\n");
            json.Append($"    \"clocks\": {(process.Clocks is null ? "null" : JsonText.Clocks(process.Clocks, "    "))}\n  }}");
        }

        json.Append(processes.Count == 0 ? "]\n" : "\n]\n").Flush();
    }

    // The column exists only if a program has a date of its own.
    private static string[] Dates(bool areShown, string cell) => areShown ? [cell] : [];

    private static string Date(ListedProcess process)
    {
        const int Realtime = 2;
        if (process.Clocks is null || (process.Clocks[Realtime].Offset == 0 && process.Clocks[Realtime].Line is null))
            return "";

        Int128 date = process.Clocks[Realtime].Virtual;
        string rate = process.Clocks[Realtime].Line is ClockLine line ? " x" + RateValue.Format(line.rate) : "";
        return (RealtimeDate.TryFormatSeconds(date) is string text ? text + "Z" : Nanoseconds128.Format(date)) + rate;
    }

    private static string Clock(ListedProcess process, int clock) =>
        process.Clocks is null ? Unknown : Nanoseconds128.Words(process.Clocks[clock].Virtual);
}
