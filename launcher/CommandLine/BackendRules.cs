using VirtTime.Base;

namespace VirtTime.CommandLine;

/// <summary>What cannot be had with a time namespace.</summary>
internal static class BackendRules
{
    private const string Remedy = "; use --backend preload";

    /// <exception cref="LauncherException">The backend that was asked for cannot do what else was asked for.</exception>
    public static void Check(Request request)
    {
        if (request.Running.Backend is null)
            return;

        if (request.Backend == Backend.Namespace && FindImpossible(request) is OptionRow impossible)
            throw new LauncherException("--" + impossible.Name, impossible.NotInNamespace + Remedy);

        if (request.Command.Length == 0)
            throw new LauncherException("--" + OptionNames.Backend, "is only for running a command; omit it here");
    }

    /// <summary>The first option that a time namespace has nothing for; null where it can do all that was asked for.</summary>
    public static OptionRow? FindImpossible(Request request) => Array.Find(
        OptionTable.Rows, row => row.NotInNamespace is not null && request.Arguments.Has(row.Name) && !IsOfCheck(request, row));

    // With --check, --json is the form of its answer, not of a config file's state.
    private static bool IsOfCheck(Request request, OptionRow row) => request.Running.Check && row.Name == OptionNames.Json;
}
