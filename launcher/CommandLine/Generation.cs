using System.Reflection;
using VirtTime.Base;
using VirtTime.Diagnostics;

namespace VirtTime.CommandLine;

/// <summary><c>--generate WHAT</c>: prints a completion or the manual page. The executable contains them as resources.</summary>
internal static class Generation
{
    private const string Option = "--" + OptionNames.Generate;

    /// <exception cref="LauncherException">The value is unknown, or the text cannot be written.</exception>
    public static int Run(string what)
    {
        StandardStreams.WriteOutput(Read(what));
        return ExitStatus.Success;
    }

    private static string Read(string what)
    {
        string[] known = OptionTable.Named(OptionNames.Generate).Words;
        using Stream? resource = known.Contains(what) ? Assembly.GetExecutingAssembly().GetManifestResourceStream("." + what) : null;
        if (resource is null)
            throw new LauncherException(Option, $"\"{what}\" is unknown; try {OptionValues.Alternatives(known)}");

        byte[] bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return ByteString.From(bytes).Replace("@VERSION@", HelpText.Version, StringComparison.Ordinal);
    }
}
