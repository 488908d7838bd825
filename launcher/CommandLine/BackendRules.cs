using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>Refuses options that a time namespace cannot fulfil.</summary>
internal static class BackendRules
{
    private const string Remedy = "; use --backend preload";

    /// <exception cref="LauncherException">The backend cannot do what another option asks for, or there is no command.</exception>
    public static void Check(Request request)
    {
        if (request.Running.Backend is null)
            return;

        if (request.Backend == Backend.Namespace && FindImpossible(request) is OptionRow impossible)
            throw new LauncherException("--" + impossible.Name, impossible.NotInNamespace + Remedy);

        if (request.Command.Length == 0)
            throw new LauncherException("--" + OptionNames.Backend, "is only for running a command; omit it here");
    }

    /// <summary>The first option that a time namespace cannot fulfil; null if there is none.</summary>
    public static OptionRow? FindImpossible(Request request) => Array.Find(
        OptionTable.Rows, row => row.NotInNamespace is not null && request.Arguments.Has(row.Name) && !IsOfCheck(request, row));

    // With --check, --json is the form of the result of the check, and does not ask for the state of a config file.
    private static bool IsOfCheck(Request request, OptionRow row) => request.Running.Check && row.Name == OptionNames.Json;
}
