using System.Text;
using VirtTime.Clocks;
using VirtTime.Diagnostics;

namespace VirtTime.Commands.Show;

/// <summary>A config file's state as one JSON object. Keys are only ever added; times are strings of seconds with nine digits.</summary>
internal static class JsonText
{
    /// <exception cref="LauncherException">It cannot be written.</exception>
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

    /// <summary>An object with an object for each clock; the lines behind the first begin with <paramref name="indent"/>.</summary>
    public static string Clocks(IReadOnlyList<ClockState> clocks, string indent)
    {
        IEnumerable<string> lines = clocks.Select(clock =>
            $"{indent}  \"{clock.Name}\": {{\"host\": {Time(clock.Host)}, " +
            $"\"virtual\": {Time(clock.Virtual)}, \"offset\": {Time(clock.Offset)}{Date(clock)}}}");
        return $"{{\n{string.Join(",\n", lines)}\n{indent}}}";
    }

    // Of the clock that is one.
    private static string Date(ClockState clock)
    {
        if (clock.Name != ConfigState.Realtime)
            return "";

        string? date = RealtimeDate.TryFormat(clock.Virtual);
        return $", \"date\": {(date is null ? "null" : $"\"{date}\"")}";
    }

    private static string Time(Int128 nanoseconds) => $"\"{Nanoseconds128.Format(nanoseconds)}\"";

    /// <summary>
    /// A byte string in quotes. Bytes that are not UTF-8 become <c>\udc80</c> to <c>\udcff</c>, as Python's
    /// <c>surrogateescape</c> has them.
    /// </summary>
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
