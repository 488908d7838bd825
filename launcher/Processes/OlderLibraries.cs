using VirtTime.Config;

namespace VirtTime.Processes;

/// <summary>
/// Checks that the users of a config file know rates. A program that maps the file later refuses a file of a newer version by itself, but one that
/// has mapped it already does not look at the version again.
/// </summary>
internal static class OlderLibraries
{
    /// <param name="force">Do not refuse; such a program ignores the rate.</param>
    /// <exception cref="LauncherException">A process runs with a library that does not know rates.</exception>
    public static void Refuse(OpenConfig file, IEnumerable<ConfigUser> users, bool force)
    {
        if (!force && users.FirstOrDefault(user => user.HasOlderLibrary) is ConfigUser older)
            throw ConfigErrors.OlderLibrary(file.Path, older.ProcessId);
    }

    /// <summary>Whether the mappings of a config file in one process are those of a library that does not know rates.</summary>
    /// <remarks>A library keeps the file's start mapped without access: one page up to version 1 of the format, two pages since then.</remarks>
    public static bool AreIn(IReadOnlyList<Mapping> mappings)
    {
        ulong page = (ulong)Environment.SystemPageSize;
        bool hasOne = mappings.Any(mapping => IsStart(mapping) && mapping.Length == page);
        return hasOne && !mappings.Any(mapping => IsStart(mapping) && mapping.Length == 2 * page);
    }

    private static bool IsStart(Mapping mapping) => mapping.HasNoAccess && mapping.Position == 0;
}
