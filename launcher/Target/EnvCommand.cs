using VirtTime.CommandLine;
using VirtTime.Execution;

namespace VirtTime.Target;

/// <summary>Finds what <c>/usr/bin/env</c> would run when it is a script's interpreter.</summary>
internal static class EnvCommand
{
    private const string ShortSplit = "-S";
    private const string LongSplit = "--split-string";

    public static bool IsEnv(string path) => path[(path.LastIndexOf('/') + 1)..] == "env";

    /// <summary>The command's name; null where env would run none. The kernel passes all that follows env as one argument.</summary>
    public static string? FindCommand(string? argument)
    {
        if (argument is null)
            return null;

        string[] words = Split(argument);
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] is "-u" or "--unset" or "-C" or "--chdir")
                i++;
            else if (!words[i].StartsWith('-') && !words[i].Contains('=', StringComparison.Ordinal))
                return words[i];
        }

        return null;
    }

    /// <summary>Whether env would take the interposer out of the environment.</summary>
    public static bool DropsPreload(string? argument)
    {
        string[] words = argument is null ? [] : Split(argument);
        for (int i = 0; i < words.Length && (words[i].StartsWith('-') || words[i].Contains('=', StringComparison.Ordinal)); i++)
        {
            if (words[i] is "-" or "-i" or "--ignore-environment" or "-u" + EnvironmentBlock.Preload or "--unset=" + EnvironmentBlock.Preload)
                return true;

            bool unsets = words[i] is "-u" or "--unset";
            if (!unsets && words[i] is not ("-C" or "--chdir"))
                continue;

            i++;
            if (unsets && i < words.Length && words[i] == EnvironmentBlock.Preload)
                return true;
        }

        return false;
    }

    private static string[] Split(string argument)
    {
        string? text = null;
        if (argument.StartsWith(LongSplit, StringComparison.Ordinal))
            text = argument[LongSplit.Length..].TrimStart('=');
        else if (argument.StartsWith(ShortSplit, StringComparison.Ordinal) || argument.StartsWith("-vS", StringComparison.Ordinal))
            text = argument[(argument.IndexOf('S') + 1)..];

        return text is null ? [argument] : SplitString.Split(text, EnvironmentBlock.Current.Find);
    }
}
