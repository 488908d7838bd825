using System.Reflection;
using VirtTime.Base;
using VirtTime.Diagnostics;

namespace VirtTime.CommandLine;

/// <summary><c>--generate WHAT</c>: prints a completion or the manual page, which the executable holds as resources.</summary>
/// <remarks>The parser does not know the option: it would look at one more property at each start, and no other option goes with this one.</remarks>
internal static class Generation
{
    private const string Option = "--" + OptionNames.Generate;
    private const string OptionWithValue = Option + "=";

    /// <summary>Whether it is the first option.</summary>
    public static bool IsAsked(ArgumentList list) => list.Options.Length > 0
        && (list.Options[0] == Option || list.Options[0].StartsWith(OptionWithValue, StringComparison.Ordinal));

    /// <exception cref="LauncherException">Something else was asked for with it, or the value is unknown.</exception>
    public static int Run(ArgumentList list)
    {
        bool isJoined = list.Options[0].Length > Option.Length;
        if (list.Command.Length > 0 || list.Options.Length != (isJoined ? 1 : 2))
            throw NotAlone();

        StandardStreams.WriteOutput(Read(isJoined ? list.Options[0][OptionWithValue.Length..] : list.Options[1]));
        return ExitStatus.Success;
    }

    public static LauncherException NotAlone() =>
        new(Option, "prints a completion or the manual page; give it alone");

    private static string Read(string what)
    {
        using Stream? resource = what is "bash" or "zsh" or "fish" or "man"
            ? Assembly.GetExecutingAssembly().GetManifestResourceStream("." + what) : null;
        if (resource is null)
            throw new LauncherException(Option, $"\"{what}\" is not known; try bash, zsh, fish or man");

        byte[] bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return ByteString.From(bytes).Replace("@VERSION@", HelpText.Version, StringComparison.Ordinal);
    }
}
