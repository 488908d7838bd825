using VirtTime.Clocks;
using VirtTime.Commands.Show;
using VirtTime.Diagnostics;

namespace VirtTime.Commands.List;

/// <summary>A virtualised program.</summary>
/// <param name="Command">Byte strings; one alone where the program has written a title over them.</param>
/// <param name="Clocks">Null where its host clocks are those of a time namespace whose offsets cannot be read, or the file is of a newer version.</param>
internal sealed record ListedProcess(int ProcessId, string[] Command, string Config, ClockState[]? Clocks);

/// <summary>The two forms of the list.</summary>
internal static class ListingText
{
    private const string Unknown = "?";

    /// <exception cref="LauncherException">It cannot be written.</exception>
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

    /// <summary>An array, also of none.</summary>
    /// <exception cref="LauncherException">It cannot be written.</exception>
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

    // A column that is there only where a program has a date of its own.
    private static string[] Dates(bool areShown, string cell) => areShown ? [cell] : [];

    private static string Date(ListedProcess process)
    {
        const int Realtime = 2;
        if (process.Clocks is null || process.Clocks[Realtime].Offset == 0)
            return "";

        Int128 date = process.Clocks[Realtime].Virtual;
        return RealtimeDate.TryFormatSeconds(date) is string text ? text + "Z" : Nanoseconds128.Format(date);
    }

    private static string Clock(ListedProcess process, int clock) =>
        process.Clocks is null ? Unknown : Nanoseconds128.Words(process.Clocks[clock].Virtual);
}
