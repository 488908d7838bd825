using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Commands.Adjust;
using VirtTime.Diagnostics;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary><c>--print-env</c>: what the launcher would add to the environment, for somebody else to start the program.</summary>
internal static class PrintEnvironment
{
    private const string Plain = "/._-+:,@%=";

    /// <exception cref="LauncherException">The config file cannot be used, or a value is not plain.</exception>
    public static int Run(Request request)
    {
        string path = request.Config.Path!;
        EnvironmentBlock current = EnvironmentBlock.Current;
        string preload = InterposerLibrary.Prepend(InterposerLibrary.Find(), current.Find(EnvironmentBlock.Preload));
        string lines = Line(EnvironmentBlock.Preload, preload) + Line(EnvironmentBlock.ConfigPath, WorkingDirectory.Absolute(path));
        if (current.Find(EnvironmentBlock.Inherit) == EnvironmentBlock.No)
            lines += Line(EnvironmentBlock.Inherit, "1");

        NamedConfig.Prepare(path, request);
        StandardStreams.WriteOutput(lines);
        return ExitStatus.Success;
    }

    // A shell would want quotes where a CI environment file would keep them, so that no form is right for both.
    private static string Line(string name, string value) =>
        value.All(character => char.IsAsciiLetterOrDigit(character) || Plain.Contains(character))
        ? $"{name}={value}\n"
        : throw new LauncherException(
            "--print-env", $"\"{value}\" contains a character that is special to a shell; use a path without it");
}
