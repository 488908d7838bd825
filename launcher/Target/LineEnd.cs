namespace VirtTime.Target;

/// <summary>Recognises a script with Windows line ends: the carriage return becomes part of the interpreter's name.</summary>
internal static class LineEnd
{
    /// <summary>A text to append to the message that a name was not found; empty for an ordinary name.</summary>
    public static string HintFor(string name) =>
        name.EndsWith('\r') ? "; the line ends in CR LF, save the script with Unix line ends" : "";
}
