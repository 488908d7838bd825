using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Commands.Namespaces;
using VirtTime.Commands.Show;
using VirtTime.Diagnostics;
using VirtTime.Placement;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary>
/// <c>--check</c>: prints what a command is, how its clocks would be shifted, and whether it would escape. It does not run the command.
/// </summary>
internal static class Check
{
    private const string Possible = "can be shifted";
    private const string Doubtful = "may escape";
    private const string Certain = "would escape";
    private const string Impossible = "cannot be shifted";
    private const string None = "none";
    private const string Namespace = "namespace";
    private const string Place = "place";

    private const string StaysOutside =
        "not shifted are files in /proc, static programs that it starts, and system calls that it makes itself, such as sysinfo";
    private const string PreloadNote = "static programs that it starts run on the host's clocks";

    /// <returns>0 if the command can be shifted, or if that is unknown and the command would be run; otherwise 125.</returns>
    /// <exception cref="LauncherException">The command cannot be run at all. The status is 125.</exception>
    public static int Run(Request request)
    {
        Finding finding = Inspect(request.Command);
        Judgement judgement = Judge(request, finding);
        if (request.Output.Json)
            WriteJson(finding, judgement);
        else
            WriteText(request.Command[0], finding, judgement);

        return judgement.Verdict is Possible or Doubtful ? ExitStatus.Success : ExitStatus.LauncherFailed;
    }

    private static void WriteText(string command, Finding finding, Judgement judgement)
    {
        OutputText text = new();
        List<string[]> rows = [.. finding.Steps.Select(step => new[] { step.Path, step.Kind })];
        TextTable.Append(text, rows);
        string backend = judgement.Backend == Namespace
            ? With("time namespace", ", ", judgement.BackendNote)
            : With(judgement.Backend, "; ", judgement.BackendNote);
        string verdict = With(judgement.Verdict, judgement.Verdict == Possible ? " " : ": ", judgement.Reason);
        text.Append(PrintableText.Escape($"backend: {backend}")).Append("\n");
        text.Append(PrintableText.Escape($"{command} {verdict}")).Append("\n").Flush();
    }

    private static string With(string text, string separator, string? more) => more is null ? text : text + separator + more;

    private static void WriteJson(Finding finding, Judgement judgement)
    {
        IEnumerable<string> steps = finding.Steps.Select(step => $"{{\"file\": {JsonText.Quote(step.Path)}, \"kind\": {JsonText.Quote(step.Kind)}}}");
        OutputText json = new();
        json.Append($"{{\n  \"steps\": [\n    {string.Join(",\n    ", steps)}\n  ],\n");
        json.Append($"  \"backend\": {JsonText.Quote(judgement.Backend)},\n  \"backend_note\": {QuoteOrNull(judgement.BackendNote)},\n");
        json.Append($"  \"verdict\": {JsonText.Quote(judgement.Verdict)},\n  \"reason\": {QuoteOrNull(judgement.Reason)}\n}}\n").Flush();
    }

    private static string QuoteOrNull(string? text) => text is null ? "null" : JsonText.Quote(text);

    private static Judgement Judge(Request request, Finding finding)
    {
        if (Verdict.WantsPlacement(request, finding))
        {
            Judgement placed = JudgePlace(request, finding);
            if (request.Backend != Backend.Auto || placed.Backend == Place)
                return placed;
        }

        bool getsIn = finding.Escape is null;
        bool isStrict = request.Backend is Backend.Preload or Backend.Default;
        if (getsIn && (isStrict || (request.Backend == Backend.Auto && finding.Doubt is null)))
            return JudgePreload(finding);

        string? whyNot = WhyNoNamespace(request, finding, out string? where);
        if (getsIn && request.Backend == Backend.Auto && whyNot is not null)
            return JudgePreload(finding);

        return (request.Backend, whyNot) switch
        {
            (Backend.Preload or Backend.Default, null) => new(None, With($"--{OptionNames.Backend} namespace would reach it", ", ", where), Certain, finding.Escape),
            (Backend.Preload or Backend.Default, _) => new(None, null, Certain, finding.Escape),
            (_, null) => new(Namespace, where, Possible, Condition(finding)),
            (Backend.Auto, _) => new(None, "no time namespace: " + whyNot, Certain, finding.Escape),
            _ => new(None, null, Impossible, whyNot),
        };
    }

    private static string? Condition(Finding finding) => finding.Steps[^1].Kind == FindingStep.Foreign ? "if this machine can run it" : null;

    // The trial starts the tracer and ends it again.
    private static Judgement JudgePlace(Request request, Finding finding)
    {
        Verdict verdict = Verdict.Of(request, finding);
        if (verdict.Refusal is string refusal)
            return new(None, null, Impossible, refusal);
        try
        {
            using PlacedLibrary library = PlacedLibrary.Open(InterposerLibrary.Find());
            if (TracedExec.WhyNot(library) is string whyNot)
                return new(None, null, Impossible, Verdict.NotPlaced + whyNot);
        }
        catch (LauncherException exception)
        {
            return new(None, null, Impossible, exception.Message);
        }

        return verdict.Warning is string warning ? new(Place, StaysOutside, Doubtful, warning) : new(Place, StaysOutside, Possible, null);
    }

    private static Judgement JudgePreload(Finding finding)
    {
        try
        {
            InterposerLibrary.Find();
        }
        catch (LauncherException exception)
        {
            return new(None, null, Impossible, exception.Message);
        }

        return finding.Doubt is string doubt
            ? new("preload", PreloadNote, Doubtful, doubt)
            : new("preload", PreloadNote, Possible, Condition(finding));
    }

    // This really creates the namespace and sets its clocks. The process only prints the result afterwards, so that does no harm.
    private static string? WhyNoNamespace(Request request, Finding finding, out string? where)
    {
        where = null;
        try
        {
            if (NamespaceLaunch.TryEnter(request, finding, out string? whyNot) is not NamespaceEntry entry)
                return whyNot;

            where = entry.IsInUserNamespace ? "in a user namespace" : null;
            entry.Set(NamespaceClocks.For(request));
            return null;
        }
        catch (LauncherException exception)
        {
            // The caller's text names the time namespace already.
            const string What = NamespaceEntry.What + ": ";
            return exception.Message.StartsWith(What, StringComparison.Ordinal) ? exception.Message[What.Length..] : exception.Message;
        }
    }

    private static Finding Inspect(string[] command)
    {
        try
        {
            // The library need not exist here, so its file name is enough.
            return TargetInspection.Inspect(command, TargetEnvironment.OnVirtualClocks(InterposerLibrary.FileName));
        }
        catch (LauncherException exception)
        {
            throw exception.WithStatus(ExitStatus.LauncherFailed);
        }
    }

    /// <param name="Backend">How the command's clocks would be shifted.</param>
    /// <param name="BackendNote">A remark about that, or null.</param>
    /// <param name="Verdict">Whether they would be shifted.</param>
    /// <param name="Reason">Why not, or on what condition; otherwise null.</param>
    private readonly record struct Judgement(string Backend, string? BackendNote, string Verdict, string? Reason);
}
