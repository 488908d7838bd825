using System.Text;
using VirtTime.CommandLine;
using VirtTime.Diagnostics;

namespace VirtTime.State;

/// <summary>A config file's state for a person: aligned seconds, and the same in days and hours.</summary>
internal static class HumanText
{
    private const long Second = 1_000_000_000;
    private const int NumberColumn = 2;

    /// <exception cref="LauncherException">It cannot be written.</exception>
    public static void Write(ConfigState state)
    {
        OutputText text = new();
        string boot = state.MadeOnThisBoot switch
        {
            true => "made on this boot",
            false => "made on another boot or host",
            null => "its boot is not known",
        };
        text.Append($"config file  {PrintableText.Escape(state.Path)} ({boot})\n\n");

        List<string[]> rows = [["clock", "", "seconds", ""]];
        foreach (ClockState clock in state.Clocks)
        {
            rows.Add([clock.Name, "virtual", .. Reading(clock.Name, clock.Virtual)]);
            rows.Add(["", "host", .. Reading(clock.Name, clock.Host)]);
            rows.Add(["", "offset", ClockSetting.Format(clock.Offset), Words(clock.Offset)]);
        }

        foreach ((string name, Int128 value) in state.Saved)
            rows.Add(["saved", name, .. Reading(name, value)]);

        TextTable.Append(text, rows, NumberColumn);
        AppendCalls(text.Append("\n"), state);
        if (state.LeftBehind > 0)
            text.Append($"{state.LeftBehind} left behind by threads that have ended or are checkpointed\n");

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
            new[] { $"{call.Thread}", call.Name ?? "?", call.Clock, Reading(call.Clock, call.VirtualDeadline)[0], Words(call.TimeLeft) });
        TextTable.Append(text, calls.Prepend(head), NumberColumn + 1);
    }

    // A realtime clock counts from 1970; in seconds nobody can read it.
    private static string[] Reading(string clock, Int128 value) =>
        clock == ConfigState.Realtime && RealtimeDate.TryFormat(value) is string date
            ? [date, ""]
            : [ClockSetting.Format(value), Words(value)];

    /// <summary>Such as <c>3d 12h 0m 5.250s</c>; milliseconds are enough for a person.</summary>
    public static string Words(Int128 nanoseconds)
    {
        Int128 size = Int128.Abs(nanoseconds);
        (long seconds, long rest) = ClockSetting.Split(size);
        long milliseconds = rest / 1_000_000;
        StringBuilder words = new(nanoseconds < 0 ? "-" : "");
        (string Unit, int Size)[] units = [("d", 86_400), ("h", 3_600), ("m", 60)];
        bool begun = false;
        foreach ((string unit, int unitSize) in units)
        {
            long count = seconds / unitSize;
            seconds %= unitSize;
            begun |= count != 0;
            if (begun)
                words.Append($"{count}{unit} ");
        }

        return words.Append($"{seconds}.{milliseconds:D3}s").ToString();
    }
}
