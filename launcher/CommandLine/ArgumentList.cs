using VirtTime.Base;
using VirtTime.Target;

namespace VirtTime.CommandLine;

/// <summary>The command line as byte strings, cut where the command begins.</summary>
/// <remarks>
/// The cut is made here and not by the parser, which then never sees the target's arguments: they may be thousands, and may
/// hold a <c>--</c> or an empty string that is not the launcher's to judge.
/// </remarks>
/// <param name="Options">The launcher's own, without the <c>--</c>.</param>
/// <param name="Command">The command and its arguments; empty where there is none.</param>
internal sealed record ArgumentList(string[] Options, string[] Command)
{
    private const string EndOfOptions = "--";

    // A split string may hold another -S; this many are enough, and end a definition that never ends.
    private const int SplitLimit = 16;

    /// <summary>Replaces each <c>-S</c> by what it splits into, and cuts.</summary>
    /// <exception cref="LauncherException">A string cannot be split.</exception>
    public static ArgumentList Parse(string[] arguments, Func<string, string?> variable)
    {
        for (int splits = 0; splits <= SplitLimit; splits++)
        {
            Boundary boundary = FindBoundary(arguments);
            if (boundary.SplitString is null)
                return Cut(arguments, boundary.Index);

            string[] parts = SplitString.Split(boundary.SplitString, variable);
            arguments = [.. arguments[..boundary.Index], .. boundary.LettersBefore, .. parts, .. arguments[boundary.Next..]];
        }

        throw new LauncherException("--split-string", $"nested more than {SplitLimit} times");
    }

    private static ArgumentList Cut(string[] arguments, int index)
    {
        bool marked = index < arguments.Length && arguments[index] == EndOfOptions;
        return new ArgumentList(arguments[..index], arguments[(marked ? index + 1 : index)..]);
    }

    /// <summary>
    /// The first argument that is not an option or an option's value, or the first <c>-S</c>. Completes the options up to there.
    /// </summary>
    private static Boundary FindBoundary(string[] arguments)
    {
        int index = 0;
        while (index < arguments.Length)
        {
            string argument = CompleteName(arguments[index]);
            arguments[index] = argument;
            if (argument.Length < 2 || argument[0] != '-' || argument == EndOfOptions)
                break;

            Boundary? split = argument[1] == '-'
                ? SplitAtName(arguments, index, argument[2..])
                : SplitAtLetter(arguments, index, argument);
            if (split is not null)
                return split.Value;

            index += TakesNext(arguments, index) ? 2 : 1;
        }

        return new Boundary(index, 0, null, []);
    }

    // The parser and its errors then see whole names.
    private static string CompleteName(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            return argument;

        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        int end = equals < 0 ? argument.Length : equals;
        return "--" + OptionNames.Complete(argument[2..end]) + argument[end..];
    }

    /// <summary>Whether the argument is an option whose value is the next argument.</summary>
    /// <remarks>
    /// CommandLineParser overlooks a missing value, a flag's value, and an option that is a number, and cuts a UTF-8 letter in
    /// pieces; they are refused here.
    /// </remarks>
    private static bool TakesNext(string[] arguments, int index)
    {
        string argument = arguments[index];
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        bool isName = argument[1] == '-';
        if (!isName && !char.IsAsciiLetter(argument[1]))
            throw new LauncherException(argument, "unknown option; see virttime-run --help");

        if (isName && equals > 0 && OptionNames.TakesNone(argument[2..equals]))
            throw new LauncherException(argument[..equals], "takes no value");

        bool takesNext = isName ? OptionNames.TakesValue(argument[2..]) : EndsInValueLetter(argument);
        bool isMissing = index + 1 == arguments.Length || arguments[index + 1] == EndOfOptions;
        if (takesNext && isMissing)
            throw new LauncherException(argument, "needs a value; see virttime-run --help");

        return takesNext;
    }

    private static bool EndsInValueLetter(string letters)
    {
        for (int i = 1; i < letters.Length; i++)
        {
            if (OptionNames.TakesValue(letters[i]))
                return i == letters.Length - 1;
        }

        return false;
    }

    private static Boundary? SplitAtName(string[] arguments, int index, string name)
    {
        const string WithValue = OptionNames.SplitString + "=";
        if (name.StartsWith(WithValue, StringComparison.Ordinal))
            return new Boundary(index, index + 1, name[WithValue.Length..], []);

        return name == OptionNames.SplitString ? new Boundary(index, index + 2, ValueAfter(arguments, index), []) : null;
    }

    private static Boundary? SplitAtLetter(string[] arguments, int index, string letters)
    {
        for (int i = 1; i < letters.Length; i++)
        {
            if (letters[i] == OptionNames.SplitStringLetter)
            {
                string[] before = i > 1 ? [letters[..i]] : [];
                return i + 1 < letters.Length
                    ? new Boundary(index, index + 1, letters[(i + 1)..], before)
                    : new Boundary(index, index + 2, ValueAfter(arguments, index), before);
            }

            if (OptionNames.TakesValue(letters[i]))
                return null;
        }

        return null;
    }

    private static string ValueAfter(string[] arguments, int index) => index + 1 < arguments.Length
        ? arguments[index + 1]
        : throw new LauncherException("--split-string", "needs a value; see virttime-run --help");

    private readonly record struct Boundary(int Index, int Next, string? SplitString, string[] LettersBefore);
}
