using VirtTime.CommandLine;
using VirtTime.Diagnostics;
using VirtTime.Namespace;
using VirtTime.Target;

namespace VirtTime.Execution;

/// <summary><c>--check</c>: says what a command is, by what it would get its clocks, and whether it escapes; and runs nothing.</summary>
internal static class Check
{
    private const string Preload = "preload";

    /// <returns>0 where it can be virtualised, or that is not known and it would be run; 125 where it would escape.</returns>
    /// <exception cref="LauncherException">The command cannot be run at all; with status 125.</exception>
    public static int Run(Request request)
    {
        Finding finding = Inspect(request.Command);
        OutputText text = new();
        List<string[]> rows = [.. finding.Steps.Select(step => new[] { step.Path, step.Kind })];
        TextTable.Append(text, rows);

        bool isEscape = request.Backend != Backend.Namespace && finding.Escape is not null;
        bool isPreload = request.Backend != Backend.Namespace && !isEscape;
        string? doubt = isPreload ? finding.Doubt : null;
        string? whyNot = null;
        string backend = Preload;
        if (!isPreload)
        {
            whyNot = WhyNoNamespace(request, finding, out string name);
            backend = name;
        }

        bool isVirtual = isPreload || (whyNot is null && request.Backend != Backend.Preload);
        text.Append(PrintableText.Escape("backend: " + (isVirtual ? backend : DescribeNone(request, backend, whyNot)))).Append("\n");
        string verdict = doubt is not null ? "may escape: " + doubt
            : isVirtual ? "can be virtualised"
            : isEscape ? "would escape: " + finding.Escape
            : "cannot be virtualised: " + whyNot;
        text.Append(PrintableText.Escape($"{request.Command[0]} {verdict}")).Append("\n").Flush();
        return isVirtual ? ExitStatus.Success : ExitStatus.LauncherFailed;
    }

    private static string DescribeNone(Request request, string backend, string? whyNot) => (request.Backend, whyNot) switch
    {
        (Backend.Preload, null) => $"none; --{OptionNames.Backend} namespace would reach it ({backend})",
        (Backend.Auto, not null) => "none; no time namespace: " + whyNot,
        _ => "none",
    };

    // Tried in earnest: this process has nothing else to do.
    private static string? WhyNoNamespace(Request request, Finding finding, out string name)
    {
        name = "time namespace";
        try
        {
            if (NamespaceLaunch.TryEnter(request, finding, out string? whyNot) is not NamespaceEntry entry)
                return whyNot;

            if (entry.IsInUserNamespace)
                name += ", in a user namespace";
            entry.Set(NamespaceClocks.For(request));
            return null;
        }
        catch (LauncherException exception)
        {
            return exception.Message;
        }
    }

    private static Finding Inspect(string[] command)
    {
        try
        {
            return NamespaceLaunch.Inspect(command);
        }
        catch (LauncherException exception)
        {
            throw exception.WithStatus(ExitStatus.LauncherFailed);
        }
    }
}
