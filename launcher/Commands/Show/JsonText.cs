using System.Text;
using VirtTime.Clocks;
using VirtTime.Diagnostics;
using VirtTime.Format;

namespace VirtTime.Commands.Show;

/// <summary>Writes the state of a config file as one JSON object. Times are strings of seconds with nine decimals.</summary>
/// <remarks>Scripts depend on the keys: new ones may be added, but none removed or renamed.</remarks>
internal static class JsonText
{
    /// <exception cref="LauncherException">The output cannot be written.</exception>
    public static void Write(ConfigState state)
    {
        OutputText json = new();
        json.Append($"{{\n  \"config\": {Quote(state.Path)},\n");
        json.Append($"  \"made_on_this_boot\": {state.MadeOnThisBoot switch { true => "true", false => "false", null => "null" }},\n");
        json.Append($"  \"clocks\": {Clocks(state.Clocks, "  ")},\n");
        IEnumerable<string> saved = state.Saved.Select(clock => $"\"{clock.Name}\": {Time(clock.Value)}");
        json.Append($"  \"saved\": {(state.Saved.Count == 0 ? "null" : $"{{{string.Join(", ", saved)}}}")},\n");
        json.Append("  \"in_flight\": [");
        for (int i = 0; i < state.Calls.Count; i++)
        {
            CallState call = state.Calls[i];
            json.Append(i == 0 ? "\n" : ",\n");
            json.Append($"    {{\"thread\": {call.Thread}, \"name\": {(call.Name is null ? "null" : Quote(call.Name))}, \"clock\": \"{call.Clock}\", ");
            json.Append($"\"virtual_deadline\": {Time(call.VirtualDeadline)}, \"time_left\": {Time(call.TimeLeft)}}}");
        }

        json.Append(state.Calls.Count == 0 ? "]\n}\n" : "\n  ]\n}\n").Flush();
    }

    /// <summary>A JSON object with one object for each clock. All lines but the first begin with <paramref name="indent"/>.</summary>
    public static string Clocks(IReadOnlyList<ClockState> clocks, string indent)
    {
        IEnumerable<string> lines = clocks.Select(clock =>
            $"{indent}  \"{clock.Name}\": {{\"host\": {Time(clock.Host)}, " +
            $"\"virtual\": {Time(clock.Virtual)}, \"offset\": {Time(clock.Offset)}{Date(clock)}}}");
        return $"{{\n{string.Join(",\n", lines)}\n{indent}}}";
    }

    // Only the realtime clock is a date, and can have a rate. The reference is the host's time from which the rate counts.
    private static string Date(ClockState clock)
    {
        if (clock.Name != ConfigState.Realtime)
            return "";

        string? date = RealtimeDate.TryFormat(clock.Virtual);
        string rate = clock.Line is ClockLine line
            ? $"\"rate\": \"{RateValue.FormatExactly(line.rate)}\", \"reference\": {Time(Nanoseconds128.Of(line.reference))}"
            : "\"rate\": null, \"reference\": null";
        return $", \"date\": {(date is null ? "null" : $"\"{date}\"")}, {rate}";
    }

    private static string Time(Int128 nanoseconds) => $"\"{Nanoseconds128.Format(nanoseconds)}\"";

    /// <summary>Writes a byte string as a JSON string.</summary>
    /// <remarks>Bytes that are not UTF-8 become <c>\udc80</c> to <c>\udcff</c>, as by Python's <c>surrogateescape</c>.</remarks>
    public static string Quote(string value)
    {
        StringBuilder quoted = new("\"");
        foreach ((Rune? character, string bytes) in PrintableText.Characters(value))
        {
            if (bytes is "\"" or "\\")
                quoted.Append('\\').Append(bytes);
            else if (character is null)
                quoted.Append($"\\udc{(int)bytes[0]:x2}");
            else if (PrintableText.IsPrintable(character.Value))
                quoted.Append(bytes);
            else
                quoted.Append($"\\u{character.Value.Value:x4}");
        }

        return quoted.Append('"').ToString();
    }
}
