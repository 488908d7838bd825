using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Commands.Namespaces;
using VirtTime.Diagnostics;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary><c>--check</c>: says what a command is, by what it would get its clocks, and whether it escapes; and runs nothing.</summary>
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

        (string backend, string verdict, bool runs) = Judge(request, finding);
        text.Append(PrintableText.Escape($"backend: {backend}")).Append("\n");
        text.Append(PrintableText.Escape($"{request.Command[0]} {verdict}")).Append("\n").Flush();
        return runs ? ExitStatus.Success : ExitStatus.LauncherFailed;
    }

    private static (string Backend, string Verdict, bool Runs) Judge(Request request, Finding finding)
    {
        string fine = finding.Steps[^1].Kind == FindingStep.Foreign ? "can be virtualised if this machine can run it" : "can be virtualised";
        bool getsIn = finding.Escape is null;
        if (getsIn && (request.Backend == Backend.Preload || (request.Backend == Backend.Auto && finding.Doubt is null)))
            return JudgePreload(finding, fine);

        string? whyNot = WhyNoNamespace(request, finding, out string where);
        if (getsIn && request.Backend == Backend.Auto && whyNot is not null)
            return JudgePreload(finding, fine);

        string escapes = "would escape: " + finding.Escape;
        return (request.Backend, whyNot) switch
        {
            (Backend.Preload, null) => ($"none; --{OptionNames.Backend} namespace would reach it{where}", escapes, false),
            (Backend.Preload, _) => ("none", escapes, false),
            (_, null) => ("time namespace" + where, fine, true),
            (Backend.Auto, _) => ("none; no time namespace: " + whyNot, escapes, false),
            _ => ("none", "cannot be virtualised: " + whyNot, false),
        };
    }

    private static (string Backend, string Verdict, bool Runs) JudgePreload(Finding finding, string fine)
    {
        try
        {
            InterposerLibrary.Find();
        }
        catch (LauncherException exception)
        {
            return ("none", "cannot be virtualised: " + exception.Message, false);
        }

        return ("preload", finding.Doubt is string doubt ? "may escape: " + doubt : fine, true);
    }

    // Tried in earnest: this process has nothing else to do.
    private static string? WhyNoNamespace(Request request, Finding finding, out string where)
    {
        where = "";
        try
        {
            if (NamespaceLaunch.TryEnter(request, finding, out string? whyNot) is not NamespaceEntry entry)
                return whyNot;

            where = entry.IsInUserNamespace ? ", in a user namespace" : "";
            entry.Set(NamespaceClocks.For(request));
            return null;
        }
        catch (LauncherException exception)
        {
            // What is at fault has been said already.
            const string What = NamespaceEntry.What + ": ";
            return exception.Message.StartsWith(What, StringComparison.Ordinal) ? exception.Message[What.Length..] : exception.Message;
        }
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
