using System.Text;
using System.Text.Unicode;
using VirtTime.CommandLine;
using VirtTime.Native;

namespace VirtTime.State;

/// <summary>A config file's state as one JSON object. Keys are only ever added; times are strings of seconds with nine digits.</summary>
internal static class JsonText
{
    /// <summary>Ends in a line feed.</summary>
    public static string Of(ConfigState state)
    {
        StringBuilder json = new("{\n");
        json.Append($"  \"config\": {Quote(state.Path)},\n");
        json.Append($"  \"made_on_this_boot\": {state.MadeOnThisBoot switch { true => "true", false => "false", null => "null" }},\n");
        IEnumerable<string> clocks = state.Clocks.Select(clock =>
            $"    \"{clock.Name}\": {{\"host\": {Time(clock.Host)}, \"virtual\": {Time(clock.Virtual)}, \"offset\": {Time(clock.Offset)}}}");
        json.Append($"  \"clocks\": {{\n{string.Join(",\n", clocks)}\n  }},\n");
        IEnumerable<string> saved = state.Saved.Select(clock => $"\"{clock.Name}\": {Time(clock.Value)}");
        json.Append($"  \"saved\": {(state.Saved.Count == 0 ? "null" : $"{{{string.Join(", ", saved)}}}")},\n");
        IEnumerable<string> calls = state.Calls.Select(call =>
            $"\n    {{\"thread\": {call.Thread}, \"clock\": \"{call.Clock}\", \"virtual_deadline\": {Time(call.VirtualDeadline)}, \"time_left\": {Time(call.TimeLeft)}}}");
        json.Append($"  \"in_flight\": [{string.Join(",", calls)}{(state.Calls.Count == 0 ? "" : "\n  ")}]\n}}\n");
        return json.ToString();
    }

    private static string Time(Int128 nanoseconds) => $"\"{ClockSetting.Format(nanoseconds)}\"";

    /// <summary>
    /// A byte string in quotes. Bytes that are not UTF-8 become <c>\udc80</c> to <c>\udcff</c>, as Python's
    /// <c>surrogateescape</c> has them.
    /// </summary>
    private static string Quote(string value)
    {
        bool isUtf8 = Utf8.IsValid(ByteString.ToBytes(value));
        StringBuilder quoted = new("\"");
        foreach (char character in value)
        {
            if (character is '"' or '\\')
                quoted.Append('\\').Append(character);
            else if (character < ' ')
                quoted.Append($"\\u{(int)character:x4}");
            else if (character >= 0x80 && !isUtf8)
                quoted.Append($"\\udc{(int)character:x2}");
            else
                quoted.Append(character);
        }

        return quoted.Append('"').ToString();
    }
}
