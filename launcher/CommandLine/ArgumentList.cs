using VirtTime.Base;
using VirtTime.Target;

namespace VirtTime.CommandLine;

/// <summary>The command line as byte strings: the options with their values, and the command.</summary>
/// <remarks>
/// The cut is made here and not by the parser, which then never sees the target's arguments: they may be thousands, and may
/// hold a <c>--</c> or an empty string that is not the launcher's to judge.
/// </remarks>
/// <param name="Options">In the order in which they were typed; an option may be there several times.</param>
/// <param name="Command">The command and its arguments; empty where there is none.</param>
internal sealed record ArgumentList(List<GivenOption> Options, string[] Command)
{
    private const string EndOfOptions = "--";

    // A split string may hold another -S; this many are enough, and end a definition that never ends.
    private const int SplitLimit = 16;

    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>The value of an option that was given and takes one; otherwise null.</summary>
    public string? ValueOf(string name) => IndexOf(name) is int index and >= 0 ? Options[index].Value : null;

    /// <summary>Where the option was given first; below zero where it was not.</summary>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Options.Count; i++)
        {
            if (Options[i].Row.Name == name)
                return i;
        }

        return -1;
    }

    /// <summary>The options of one group, as arguments for the parser.</summary>
    public string[] Of(OptionGroup group) =>
        [.. Options.FindAll(option => option.Row.Group == group).ConvertAll(option => option.Argument)];

    /// <summary>Replaces each <c>-S</c> by what it splits into, and reads options up to the command.</summary>
    /// <exception cref="LauncherException">An unknown or incomplete option, or a string that cannot be split.</exception>
    public static ArgumentList Parse(string[] arguments, Func<string, string?> variable)
    {
        List<GivenOption> options = [];
        int next = 0;
        for (int splits = 0; next < arguments.Length && IsOption(arguments[next]);)
        {
            next = arguments[next][1] == '-' ? ReadName(arguments, next, options) : ReadLetters(arguments, next, options);
            if (options[^1] is not { Row.Name: OptionNames.SplitString, Value: string text })
                continue;

            if (splits++ == SplitLimit)
                throw new LauncherException("--split-string", $"nested more than {SplitLimit} times");

            options.RemoveAt(options.Count - 1);
            arguments = [.. SplitString.Split(text, variable), .. arguments[next..]];
            next = 0;
        }

        bool isMarked = next < arguments.Length && arguments[next] == EndOfOptions;
        return new ArgumentList(options, arguments[(isMarked ? next + 1 : next)..]);
    }

    private static bool IsOption(string argument) => argument.Length >= 2 && argument[0] == '-' && argument != EndOfOptions;

    /// <returns>The index of the argument after the option and its value.</returns>
    private static int ReadName(string[] arguments, int at, List<GivenOption> options)
    {
        string argument = arguments[at];
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string typed = equals > EndOfOptions.Length ? argument[..equals] : argument;
        OptionRow row = OptionTable.Complete(typed[EndOfOptions.Length..]) ?? throw Unknown(typed);
        if (!row.TakesValue && equals >= 0)
            throw new LauncherException("--" + row.Name, "takes no value");

        bool takesNext = row.TakesValue && equals < 0;
        string? value = equals >= 0 ? argument[(equals + 1)..] : takesNext ? ValueAfter(arguments, at, row, "--" + row.Name) : null;
        options.Add(new GivenOption(row, value));
        return at + (takesNext ? 2 : 1);
    }

    /// <returns>The index of the argument after the letters and the value of the last one.</returns>
    private static int ReadLetters(string[] arguments, int at, List<GivenOption> options)
    {
        string letters = arguments[at];
        for (int i = 1; i < letters.Length; i++)
        {
            OptionRow row = OptionTable.WithLetter(letters[i])
                ?? throw Unknown(char.IsAsciiLetter(letters[i]) ? "-" + letters[i] : letters);
            if (!row.TakesValue)
            {
                options.Add(new GivenOption(row, null));
                continue;
            }

            bool takesNext = i + 1 == letters.Length;
            options.Add(new GivenOption(row, takesNext ? ValueAfter(arguments, at, row, letters) : letters[(i + 1)..]));
            return at + (takesNext ? 2 : 1);
        }

        return at + 1;
    }

    // A string to split may be a single "--", as for env(1).
    private static string ValueAfter(string[] arguments, int at, OptionRow row, string typed)
    {
        bool isSplit = row.Name == OptionNames.SplitString;
        bool isMissing = at + 1 == arguments.Length || (arguments[at + 1] == EndOfOptions && !isSplit);
        return isMissing
            ? throw new LauncherException(isSplit ? "--split-string" : typed, "needs a value; see virttime-run --help")
            : arguments[at + 1];
    }

    private static LauncherException Unknown(string typed) => new(typed, "unknown option; see virttime-run --help");
}

/// <summary>An option that was typed.</summary>
/// <param name="Value">Null for an option without a value.</param>
internal sealed record GivenOption(OptionRow Row, string? Value)
{
    /// <summary>As an argument with the whole name, for the parser.</summary>
    public string Argument => Value is null ? "--" + Row.Name : $"--{Row.Name}={Value}";
}
