using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Commands.Adjust;
using VirtTime.Diagnostics;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary><c>--print-env</c>: prints the variables that the launcher would add, so that another program can start the target.</summary>
internal static class PrintEnvironment
{
    private const string Plain = "/._-+:,@%=";

    /// <exception cref="LauncherException">The config file cannot be used, or a value contains special characters.</exception>
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

    // A shell needs quotes around special characters, and a CI environment file takes quotes as part of the value. No form is right for both.
    private static string Line(string name, string value) =>
        value.All(character => char.IsAsciiLetterOrDigit(character) || Plain.Contains(character))
        ? $"{name}={value}\n"
        : throw new LauncherException(
            "--print-env", $"\"{value}\" contains a character that is special to a shell; use a path without it");
}
