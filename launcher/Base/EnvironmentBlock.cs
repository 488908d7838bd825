using System.Runtime.InteropServices;

namespace VirtTime.Base;

/// <summary>An environment: byte strings in their original order.</summary>
internal sealed partial class EnvironmentBlock
{
    public const string Preload = "LD_PRELOAD";
    public const string ConfigPath = "VIRT_TIME_CONF";

    /// <summary>With the value <see cref="No"/>, a program and its children run on the host's clocks.</summary>
    public const string Inherit = "VIRT_TIME_INHERIT";

    public const string No = "0";

    private EnvironmentBlock(IReadOnlyList<string> entries) => Entries = entries;

    /// <summary>The environment that the launcher was started with; read once.</summary>
    public static EnvironmentBlock Current { get; } = new(ReadEntries());

    public static EnvironmentBlock Empty { get; } = new([]);

    /// <summary>Usually <c>NAME=value</c>, but an entry may have any form.</summary>
    public IReadOnlyList<string> Entries { get; }

    /// <summary>The value that <c>getenv(3)</c> returns, or null.</summary>
    public string? Find(string name)
    {
        foreach (string entry in Entries)
        {
            if (IsNamed(entry, name))
                return entry[(name.Length + 1)..];
        }

        return null;
    }

    /// <summary>A copy in which the variable has this value and occurs once, in its old position or at the end.</summary>
    public EnvironmentBlock With(string name, string value)
    {
        List<string> entries = new(Entries.Count + 1);
        bool placed = false;
        foreach (string entry in Entries)
        {
            if (!IsNamed(entry, name))
                entries.Add(entry);
            else if (!placed)
                entries.Add($"{name}={value}");

            placed |= IsNamed(entry, name);
        }

        if (!placed)
            entries.Add($"{name}={value}");

        return new EnvironmentBlock(entries);
    }

    public EnvironmentBlock Without(string name) => new([.. Entries.Where(entry => !IsNamed(entry, name))]);

    private static bool IsNamed(string entry, string name) =>
        entry.Length > name.Length && entry[name.Length] == '=' && entry.StartsWith(name, StringComparison.Ordinal);

    private static unsafe List<string> ReadEntries()
    {
        List<string> entries = [];
        byte** environment = GetEnviron();
        for (; environment != null && *environment != null; environment++)
            entries.Add(ByteString.FromTerminated(*environment));

        return entries;
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_GetEnviron")]
    private static unsafe partial byte** GetEnviron();
}
