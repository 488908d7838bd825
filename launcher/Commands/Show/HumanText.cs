using VirtTime.Clocks;
using VirtTime.Diagnostics;
using VirtTime.Format;

namespace VirtTime.Commands.Show;

/// <summary>Writes the state of a config file for people: aligned seconds, and the same in days and hours.</summary>
internal static class HumanText
{
    private const int NumberColumn = 2;

    /// <exception cref="LauncherException">The output cannot be written.</exception>
    public static void Write(ConfigState state)
    {
        OutputText text = new();
        string boot = state.MadeOnThisBoot switch
        {
            true => "made on this boot",
            false => "made on another boot or host",
            null => "made on an unknown boot",
        };
        text.Append($"config file  {PrintableText.Escape(state.Path)} ({boot})\n\n");

        List<string[]> rows = [["clock", "", "seconds", ""]];
        foreach (ClockState clock in state.Clocks)
        {
            rows.Add([clock.Name, "virtual", .. Reading(clock.Name, clock.Virtual)]);
            rows.Add(["", "host", .. Reading(clock.Name, clock.Host)]);
            rows.Add(["", "offset", Nanoseconds128.Format(clock.Offset), Nanoseconds128.Words(clock.Offset)]);
            if (clock.Line is ClockLine line)
                rows.Add(["", "rate", RateValue.Format(line.rate), line.rate == 0 ? "stands still" : ""]);
        }

        foreach ((string name, Int128 value) in state.Saved)
            rows.Add(["saved", name, .. Reading(name, value)]);

        TextTable.Append(text, rows, NumberColumn);
        AppendCalls(text.Append("\n"), state);
        if (state.LeftBehind > 0)
            text.Append($"{state.LeftBehind} more deadlines of threads that have exited or are checkpointed\n");

        text.Flush();
    }

    private static void AppendCalls(OutputText text, ConfigState state)
    {
        if (state.Calls.Count == 0)
        {
            text.Append("no calls in flight\n");
            return;
        }

        string[] head = ["in flight", "name", "clock", "virtual deadline", "time left"];
        IEnumerable<string[]> calls = state.Calls.Select(call =>
            new[] { $"{call.Thread}", call.Name ?? "?", call.Clock, Reading(call.Clock, call.VirtualDeadline)[0], Nanoseconds128.Words(call.TimeLeft) });
        TextTable.Append(text, calls.Prepend(head), NumberColumn + 1);
    }

    // The realtime clock counts seconds since 1970, so it is shown as a date.
    private static string[] Reading(string clock, Int128 value) =>
        clock == ConfigState.Realtime && RealtimeDate.TryFormat(value) is string date
            ? [date, ""]
            : [Nanoseconds128.Format(value), Nanoseconds128.Words(value)];
}
