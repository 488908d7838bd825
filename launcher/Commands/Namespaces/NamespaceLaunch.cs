using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Diagnostics;
using VirtTime.Placement;
using VirtTime.Processes;
using VirtTime.Target;

namespace VirtTime.Commands.Namespaces;

/// <summary>Runs a command in a new time namespace.</summary>
internal static class NamespaceLaunch
{
    /// <summary>
    /// Runs the command if it can use a time namespace; then this process becomes the target. Returns if the library is to be used.
    /// </summary>
    /// <remarks>
    /// The library is used by <c>--backend auto</c> if it gets into the command. If no time namespace can be used, it is also used if it may get
    /// in, or with <c>--force</c>.
    /// </remarks>
    /// <exception cref="LauncherException">The command cannot be run, or not with these clocks.</exception>
    public static void RunIfWanted(Request request)
    {
        bool isAuto = request.Backend == Backend.Auto;

        // The library need not exist here, so its file name is enough.
        Finding finding = TargetInspection.Inspect(request.Command, TargetEnvironment.OnVirtualClocks(InterposerLibrary.FileName));
        bool getsIn = finding.Escape is null;
        if (isAuto && getsIn && finding.Doubt is null)
            return;

        string? whyNotPlaced = null;
        if (isAuto && Verdict.WantsPlacement(request, finding) && (whyNotPlaced = WhyNotPlaced()) is null)
            return;

        bool force = request.Running.Force;
        if (TryEnter(request, finding, out string? whyNot) is not NamespaceEntry entry)
        {
            if (!isAuto)
                throw new LauncherException("--" + OptionNames.Backend, "no time namespace: " + whyNot);
            if (force || getsIn)
                return;

            string why = whyNotPlaced is null ? finding.Escape! : Verdict.NotPlaced + whyNotPlaced;
            throw new LauncherException(finding.Path, why + "; and there is no time namespace: " + whyNot);
        }

        if (finding.Raises is string raises && entry.IsInUserNamespace)
            StandardStreams.WriteMessage("warning: " + finding.Path + ": " + raises + ", but runs without these privileges in a user namespace");

        WarnOfPrivileges(entry);

        // The logger starts only now: a process with its thread could not have entered a user namespace.
        Log.Start(request.LogLevel);
        foreach (FindingStep step in finding.Steps)
            Log.Debug($"{step.Path}: {step.Kind}");
        if (!entry.IsInUserNamespace)
            HostDate.NoteIfSettable();
        Log.Debug($"command {finding.Command} in a time namespace{(entry.IsInUserNamespace ? " and a user namespace" : "")}");
        Log.Finish();

        // The clocks come last, because a clock that is given with --monotonic-at counts from this moment.
        entry.Set(NamespaceClocks.For(request));
        throw CommandExecution.Execute(finding.Command, request.Command, TargetEnvironment.OnHostClocks());
    }

    private static string? WhyNotPlaced()
    {
        try
        {
            using PlacedLibrary library = PlacedLibrary.Open(InterposerLibrary.Find());
            return TracedExec.WhyNot(library);
        }
        catch (LauncherException exception)
        {
            return exception.Message;
        }
    }

    private static void WarnOfPrivileges(NamespaceEntry entry)
    {
        if (entry.Outside is not InheritedPrivileges outside)
            return;

        bool isSame = outside.TryRestore();
        if (outside.OfCommand != 0)
        {
            string names = CapabilitySets.Names(outside.OfCommand);
            StandardStreams.WriteMessage(
                $"warning: --{OptionNames.Backend}: the command's privileges ({names}) have no effect outside of its user namespace; --backend preload keeps them");
        }

        if (!isSame)
            StandardStreams.WriteMessage($"warning: --{OptionNames.Backend}: some capability sets or securebits could not be kept in the user namespace");
    }

    /// <returns>Null if a time namespace cannot be used; <paramref name="whyNot"/> is the reason.</returns>
    /// <exception cref="LauncherException">The namespace was created but cannot be used. This process has changed.</exception>
    public static NamespaceEntry? TryEnter(Request request, Finding finding, out string? whyNot)
    {
        if (BackendRules.FindImpossible(request) is OptionRow impossible)
        {
            whyNot = "--" + impossible.Name + ": " + impossible.NotInNamespace;
            return null;
        }

        // In a user namespace, the kernel ignores set-user-ID bits and file capabilities. The program would run without the privileges that it
        // expects.
        string remedy = ProcessDenial.IsRoot ? "run virttime-run with CAP_SYS_ADMIN and CAP_SYS_TIME" : "run virttime-run as root";
        string? whyNoUserNamespace = finding.Raises is string raises && !request.Running.Force
            ? finding.Path + " " + raises + ", which a user namespace ignores; " + remedy + ", or give --force to run it without these privileges"
            : null;
        return NamespaceEntry.TryCreate(whyNoUserNamespace, out whyNot);
    }
}
