using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Processes;

/// <summary>Finds the config file that a process uses among the files that it has mapped.</summary>
internal static class VirtualisedProcess
{
    /// <summary>The result for a process.</summary>
    /// <param name="Config">The config file, which the caller disposes; null if there is none, or several candidates.</param>
    /// <param name="Named">The path in the process's environment. Only a hint: programs overwrite it, and the process may never have used it.</param>
    /// <param name="Unreachable">The name of a mapped file that may be the config file but cannot be opened.</param>
    /// <param name="IsAmbiguous">Several mapped files may be the config file.</param>
    internal readonly record struct Found(FoundConfig? Config, string? Named, string? Unreachable, bool IsAmbiguous);

    /// <summary>Null if the process cannot be read (<see cref="ErrorNumber.Last"/> says why).</summary>
    public static Found? Ask(ProcFolder proc, int pid)
    {
        List<Mapping>? mappings = ProcessMaps.TryReadShared(proc, pid);
        if (mappings is null)
            return null;

        List<FoundConfig> configs = [];
        string? unreachable = null;
        foreach (Mapping mapping in FirstPages(mappings))
        {
            FoundConfig? config = FoundConfig.TryOpen(proc, pid, mapping);
            if (config is not null)
                configs.Add(config);
            else if (ErrorNumber.Last != 0 && IsPlausible(mapping.Name))
                unreachable ??= mapping.Name;
        }

        bool needsName = configs.Count != 1 || !configs[0].IsMarked;
        string? named = needsName ? NameInEnvironment(proc, pid) : null;
        return Choose(configs, named, pid) with { Unreachable = unreachable };
    }

    // Each file once, preferably by a writable mapping: the library maps the first page twice, once without access.
    private static IEnumerable<Mapping> FirstPages(List<Mapping> mappings)
    {
        Dictionary<MappedFile, Mapping> first = [];
        foreach (Mapping mapping in mappings)
        {
            if (mapping.Position == ConfigLayout.OffsetPosition && (mapping.IsWritable || !first.ContainsKey(mapping.File)))
                first[mapping.File] = mapping;
        }

        return first.Values;
    }

    // Excludes devices, System V shared memory and memfd files.
    private static bool IsPlausible(string name) =>
        (!name.StartsWith("/dev/", StringComparison.Ordinal) || name.StartsWith("/dev/shm/", StringComparison.Ordinal))
            && !name.StartsWith("/SYSV", StringComparison.Ordinal) && !name.StartsWith("/memfd:", StringComparison.Ordinal);

    /// <summary>Chooses the file named in the environment, else the only file with VirtTime's block, else the only one with the C layout.</summary>
    private static Found Choose(List<FoundConfig> configs, string? named, int pid)
    {
        List<FoundConfig> likely = configs.FindAll(config => named is not null && IsNamed(config, named, pid));
        if (likely.Count == 0)
            likely = configs.FindAll(config => config.IsMarked);

        if (likely.Count == 0)
            likely = configs.FindAll(config => (long)config.Status.stx_size >= ConfigLayout.CLayoutEnd);

        FoundConfig? chosen = likely.Count == 1 ? likely[0] : null;
        foreach (FoundConfig config in configs)
        {
            if (config != chosen)
                config.Dispose();
        }

        return new Found(chosen, named, null, likely.Count > 1);
    }

    private static bool IsNamed(FoundConfig config, string name, int pid)
    {
        if (name == config.Path || name == config.Mapping.Name || name + " (deleted)" == config.Mapping.Name)
            return true;

        return name.StartsWith('/')
            ? MappedFileAccess.IsAt(name, config.Status) || MappedFileAccess.IsAt($"/proc/{pid}/root{name}", config.Status)
            : MappedFileAccess.IsAt($"/proc/{pid}/cwd/{name}", config.Status);
    }

    private static string? NameInEnvironment(ProcFolder proc, int pid)
    {
        const string Variable = EnvironmentBlock.ConfigPath + "=";
        string[] entries = ByteString.From(proc.TryRead($"{pid}/environ")).Split('\0');
        string? entry = Array.Find(entries, entry => entry.StartsWith(Variable, StringComparison.Ordinal));
        return string.IsNullOrEmpty(entry?[Variable.Length..]) ? null : entry[Variable.Length..];
    }
}
