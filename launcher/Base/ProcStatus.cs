namespace VirtTime.Base;

/// <summary>Parses the files <c>stat</c> and <c>status</c> of a process or a thread (<c>proc(5)</c>). They are empty if it has ended.</summary>
internal static class ProcStatus
{
    // Indices of the fields of stat. The state, which comes after the name, has index 0.
    public const int State = 0;
    public const int Flags = 6;
    public const int Threads = 17;
    public const int Start = 19;
    public const int EnvironmentStart = 47;
    public const int EnvironmentEnd = 48;

    private const uint PF_KTHREAD = 0x200000;

    /// <summary>The fields of <c>stat</c> from the state on. The name before it is in parentheses and may contain any character.</summary>
    public static string[] Fields(ReadOnlySpan<byte> stat)
    {
        string text = ByteString.From(stat);
        return text[(text.LastIndexOf(')') + 1)..].Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The letter that <c>ps</c> shows, such as D for an uninterruptible sleep; null if the thread has ended.</summary>
    public static char? StateIn(ReadOnlySpan<byte> stat) => Fields(stat) is [[char letter, ..], ..] ? letter : null;

    /// <summary>Whether the fields are those of a kernel thread.</summary>
    public static bool IsKernels(string[] fields) =>
        fields.Length > Flags && uint.TryParse(fields[Flags], out uint flags) && (flags & PF_KTHREAD) != 0;

    /// <summary>The words in a line of <c>status</c>; none if there is no such line.</summary>
    /// <param name="status">The content of the file.</param>
    /// <param name="name">The line's name before the colon. <c>Name</c>, the first line, cannot be found.</param>
    public static string[] Words(ReadOnlySpan<byte> status, string name)
    {
        string text = ByteString.From(status);
        string head = $"\n{name}:";
        int start = text.IndexOf(head, StringComparison.Ordinal) + head.Length;
        if (start < head.Length)
            return [];

        int end = text.IndexOf('\n', start);
        return text[start..(end < 0 ? text.Length : end)].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
    }
}
