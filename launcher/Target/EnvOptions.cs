namespace VirtTime.Target;

/// <summary>The options of <c>env(1)</c> as <c>getopt_long</c> reads them (GNU coreutils 9.5; others have fewer).</summary>
internal static class EnvOptions
{
    public const char SplitString = 'S';
    public const char Unset = 'u';
    public const char Directory = 'C';
    public const char IgnoreEnvironment = 'i';

    /// <summary>An option that does not change whether the clocks of the command are shifted.</summary>
    public const char Other = 'v';

    /// <summary>An option with which env prints something and ends.</summary>
    public const char Information = 'h';

    // The long names, each with its letter or a substitute. The user may shorten a name as long as it is unambiguous.
    private static readonly (string Name, char Letter, bool TakesValue)[] s_names =
    [
        ("argv0", Other, true),
        ("block-signal", Other, false),
        ("chdir", Directory, true),
        ("debug", Other, false),
        ("default-signal", Other, false),
        ("help", Information, false),
        ("ignore-environment", IgnoreEnvironment, false),
        ("ignore-signal", Other, false),
        ("list-signal-handling", Other, false),
        ("null", Other, false),
        ("split-string", SplitString, true),
        ("unset", Unset, true),
        ("version", Information, false),
    ];

    /// <summary>Takes the option at the front of the words.</summary>
    /// <param name="words">The rest of the command line; the option and its value are removed.</param>
    /// <returns>The letters of one word and the value of the last one; null for an unknown option or a missing value.</returns>
    public static (string Letters, string Value)? Take(ref ReadOnlySpan<string> words)
    {
        string word = words[0];
        words = words[1..];
        return word.StartsWith("--", StringComparison.Ordinal) ? TakeName(word[2..], ref words) : TakeLetters(word[1..], ref words);
    }

    private static (string, string)? TakeName(string text, ref ReadOnlySpan<string> words)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? text : text[..equals];
        var fitting = s_names.Where(option => option.Name.StartsWith(name, StringComparison.Ordinal)).ToArray();
        if (fitting.Length > 1)
            fitting = [.. fitting.Where(option => option.Name == name)];

        if (fitting is not [(_, char letter, bool takesValue)])
            return null;

        if (equals >= 0 || !takesValue)
            return ($"{letter}", equals < 0 ? "" : text[(equals + 1)..]);

        return TakeNext(letter.ToString(), ref words);
    }

    private static (string, string)? TakeLetters(string letters, ref ReadOnlySpan<string> words)
    {
        for (int i = 0; i < letters.Length; i++)
        {
            if (letters[i] is SplitString or Unset or Directory or 'a')
                return i + 1 < letters.Length ? (letters[..(i + 1)], letters[(i + 1)..]) : TakeNext(letters, ref words);

            if (letters[i] is not (IgnoreEnvironment or 'v' or '0'))
                return null;
        }

        return (letters, "");
    }

    private static (string, string)? TakeNext(string letters, ref ReadOnlySpan<string> words)
    {
        if (words.IsEmpty)
            return null;

        string value = words[0];
        words = words[1..];
        return (letters, value);
    }
}
