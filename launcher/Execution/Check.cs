using VirtTime.CommandLine;
using VirtTime.Diagnostics;
using VirtTime.Target;

namespace VirtTime.Execution;

/// <summary><c>--check</c>: says what a command is and whether it can be virtualised, and runs nothing.</summary>
internal static class Check
{
    /// <returns>0 where it can be virtualised, or that is not known and it would be run; 125 where it would escape.</returns>
    /// <exception cref="LauncherException">The command cannot be run at all; with status 125.</exception>
    public static int Run(Request request)
    {
        Finding finding = Inspect(request.Command);
        OutputText text = new();
        List<string[]> rows = [.. finding.Steps.Select(step => new[] { step.Path, step.Kind })];
        TextTable.Append(text, rows);

        string verdict = finding.Escape is string escape ? "would escape: " + escape
            : finding.Doubt is string doubt ? "may escape: " + doubt
            : "can be virtualised";
        text.Append(PrintableText.Escape($"{request.Command[0]} {verdict}")).Append("\n").Flush();
        return finding.Escape is null ? ExitStatus.Success : ExitStatus.LauncherFailed;
    }

    private static Finding Inspect(string[] command)
    {
        try
        {
            // The interposer need not be there.
            return TargetInspection.Inspect(command, TargetEnvironment.OnVirtualClocks(InterposerLibrary.FileName));
        }
        catch (LauncherException exception)
        {
            throw exception.WithStatus(ExitStatus.LauncherFailed);
        }
    }
}
