using System.Runtime.InteropServices;

namespace VirtTime.Base;

/// <summary>The environment as the launcher got it: byte strings in their order, whatever their encoding.</summary>
internal sealed partial class EnvironmentBlock
{
    public const string Preload = "LD_PRELOAD";
    public const string ConfigPath = "VIRT_TIME_CONF";

    /// <summary>With the value <see cref="No"/>, the interposer leaves a program and what that starts alone.</summary>
    public const string Inherit = "VIRT_TIME_INHERIT";

    public const string No = "0";

    private EnvironmentBlock(IReadOnlyList<string> entries) => Entries = entries;

    /// <summary>Of this process; read once.</summary>
    public static EnvironmentBlock Current { get; } = new(ReadEntries());

    public static EnvironmentBlock Empty { get; } = new([]);

    /// <summary>Mostly <c>NAME=value</c>, but anything may stand there.</summary>
    public IReadOnlyList<string> Entries { get; }

    /// <summary>The value as <c>getenv(3)</c> finds it, or null.</summary>
    public string? Find(string name)
    {
        foreach (string entry in Entries)
        {
            if (IsNamed(entry, name))
                return entry[(name.Length + 1)..];
        }

        return null;
    }

    /// <summary>A copy in which the variable has this value, at its old place or at the end, and only once.</summary>
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

    /// <summary>A copy in which the variable does not stand.</summary>
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
