using VirtTime.Base;
using VirtTime.Target;

namespace VirtTime.CommandLine;

/// <summary>The command line as byte strings: the options with their values, and the command.</summary>
/// <remarks>
/// This class finds the end of the options, and not the parser. So the parser never sees the target's arguments: they may be thousands, and may
/// contain <c>--</c> or an empty string, which the launcher must pass on unchanged.
/// </remarks>
/// <param name="Options">The options in the order in which they were typed. An option may occur several times.</param>
/// <param name="Command">The command and its arguments; empty if there is no command.</param>
internal sealed record ArgumentList(List<GivenOption> Options, string[] Command)
{
    private const string EndOfOptions = "--";

    // Users look for it, since other tools scale all clocks.
    private const string RateOfAll = "--rate";

    // A split string may contain another -S. The limit ends a definition that expands to itself.
    private const int SplitLimit = 16;

    public bool Has(string name) => IndexOf(name) >= 0;

    /// <summary>The value of an option; null if the option was not given or takes no value.</summary>
    public string? ValueOf(string name) => IndexOf(name) is int index and >= 0 ? Options[index].Value : null;

    /// <summary>The index of the option's first occurrence; -1 if it was not given.</summary>
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

    /// <summary>Reads the options up to the command, and replaces each <c>-S</c> by the arguments into which it splits.</summary>
    /// <exception cref="LauncherException">An option is unknown or incomplete, or a string cannot be split.</exception>
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

    // The value of -S may be "--", as for env(1).
    private static string ValueAfter(string[] arguments, int at, OptionRow row, string typed)
    {
        bool isSplit = row.Name == OptionNames.SplitString;
        bool isMissing = at + 1 == arguments.Length || (arguments[at + 1] == EndOfOptions && !isSplit);
        return isMissing
            ? throw new LauncherException(isSplit ? "--split-string" : typed, "needs a value; see virttime-run --help")
            : arguments[at + 1];
    }

    private static LauncherException Unknown(string typed) => new(typed, typed == RateOfAll
        ? "only the date can run at another rate; use --realtime-rate for it, and --advance to move all clocks"
        : "unknown option; see virttime-run --help");
}

/// <summary>An option that was typed.</summary>
/// <param name="Value">Null if the option takes no value.</param>
internal sealed record GivenOption(OptionRow Row, string? Value)
{
    /// <summary>The option with its full name, as an argument for the parser.</summary>
    public string Argument => Value is null ? "--" + Row.Name : $"--{Row.Name}={Value}";
}
