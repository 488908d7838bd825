using VirtTime.Base;
using VirtTime.CommandLine;
using VirtTime.Diagnostics;
using VirtTime.Processes;
using VirtTime.Target;

namespace VirtTime.Commands.Namespaces;

/// <summary>Runs a command in a time namespace of its own.</summary>
internal static class NamespaceLaunch
{
    /// <summary>
    /// Returns only by an exception where a time namespace is used: on success this process has become the target. Returns where
    /// the interposer is to be used: it gets into the command, or may, or <c>--force</c> is given, and no namespace is to be had.
    /// </summary>
    /// <exception cref="LauncherException">The command cannot be run, or not with these clocks.</exception>
    public static void RunIfWanted(Request request)
    {
        bool isAuto = request.Backend == Backend.Auto;

        // The interposer need not be there.
        Finding finding = TargetInspection.Inspect(request.Command, TargetEnvironment.OnVirtualClocks(InterposerLibrary.FileName));
        bool getsIn = finding.Escape is null;
        if (isAuto && getsIn && finding.Doubt is null)
            return;

        bool force = request.Running.Force;
        if (TryEnter(request, finding, out string? whyNot) is not NamespaceEntry entry)
        {
            if (!isAuto)
                throw new LauncherException("--" + OptionNames.Backend, "no time namespace: " + whyNot);
            if (force || getsIn)
                return;

            throw new LauncherException(finding.Path, finding.Escape + "; and there is no time namespace: " + whyNot);
        }

        if (finding.Raises is string raises && entry.IsInUserNamespace)
            StandardStreams.WriteMessage("warning: " + finding.Path + ": " + raises + ", but runs without these privileges in a user namespace");

        WarnOfPrivileges(entry);

        // Only now: with its thread no user namespace could have been entered.
        Log.Start(request.LogLevel);
        foreach (FindingStep step in finding.Steps)
            Log.Debug($"{step.Path}: {step.Kind}");
        if (!entry.IsInUserNamespace)
            HostDate.NoteIfSettable();
        Log.Debug($"command {finding.Command} in a time namespace{(entry.IsInUserNamespace ? " and a user namespace" : "")}");
        Log.Finish();

        // Last, since a clock given with --monotonic-at counts from here.
        entry.Set(NamespaceClocks.For(request));
        throw CommandExecution.Execute(finding.Command, request.Command, TargetEnvironment.OnHostClocks());
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

    /// <returns>Null where it cannot be used for this, and why.</returns>
    /// <exception cref="LauncherException">It cannot be used, and this process is no longer what it was.</exception>
    public static NamespaceEntry? TryEnter(Request request, Finding finding, out string? whyNot)
    {
        if (BackendRules.FindImpossible(request) is OptionRow impossible)
        {
            whyNot = "--" + impossible.Name + ": " + impossible.NotInNamespace;
            return null;
        }

        // The kernel would ignore these privileges there, and the program find itself without them.
        string remedy = ProcessDenial.IsRoot ? "run virttime-run with CAP_SYS_ADMIN and CAP_SYS_TIME" : "run virttime-run as root";
        string? whyNoUserNamespace = finding.Raises is string raises && !request.Running.Force
            ? finding.Path + " " + raises + ", which a user namespace ignores; " + remedy + ", or give --force to run it without these privileges"
            : null;
        return NamespaceEntry.TryCreate(whyNoUserNamespace, out whyNot);
    }
}
