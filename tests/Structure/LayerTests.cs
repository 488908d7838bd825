namespace VirtTime.Tests.Structure;

/// <summary>A folder uses only folders before it in these lists. docs/architecture.md describes each folder.</summary>
public sealed class LayerTests
{
    private static readonly string[] s_launcher =
    [
        "libvirttime/Format", "launcher/Base", "launcher/Clocks", "launcher/Diagnostics", "launcher/Config", "launcher/Processes",
        "launcher/Freeze", "launcher/Target", "launcher/Placement", "launcher/PrivateFiles", "launcher/CommandLine", "launcher/Commands", "launcher",
    ];

    private static readonly string[] s_library =
    [
        "libvirttime/CoreLib", "libvirttime", "libvirttime/Format", "libvirttime/Libc", "libvirttime/SystemCalls", "libvirttime/Elf",
        "libvirttime/RealFunctions", "libvirttime/Config", "libvirttime/Interpose",
    ];

    // Each of these may also call Interpose/Startup.cs, because an interposed function can be called before the constructor has run.
    private static readonly string[] s_interpose = ["Proc", "Descriptors", "Clocks", "Waits", "Timers", "Exec", "Lookup"];

    [Fact]
    public void Launcher_folders_use_only_folders_before_them() =>
        Check(SourceTree.References(true, "launcher", "libvirttime/Format"), s_launcher);

    [Fact]
    public void Library_folders_use_only_folders_before_them() =>
        Check(SourceTree.References(false, "libvirttime"), s_library);

    [Fact]
    public void Interposed_functions_use_only_folders_before_theirs()
    {
        string[] order = [.. s_interpose.Select(name => "libvirttime/Interpose/" + name)];
        Check(SourceTree.References(false, "libvirttime").Where(reference => IsIn(reference.From, order) && IsIn(reference.To, order)), order);
    }

    private static bool IsIn(string file, string[] folders) => FolderOf(file, folders) is not null;

    private static void Check(IEnumerable<SourceTree.Reference> references, string[] order)
    {
        SourceTree.Reference[] all = [.. references];
        Assert.NotEmpty(all);
        string[] wrong =
        [
            .. all.Select(reference => (Reference: reference, User: PlaceOf(reference.From, order), Used: PlaceOf(reference.To, order)))
                .Where(use => use.Used > use.User)
                .Select(use => $"{use.Reference.From} uses {use.Reference.Type} ({use.Reference.To}), but {order[use.User]} comes before {order[use.Used]}")
                .Order(StringComparer.Ordinal),
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    private static int PlaceOf(string file, string[] order) =>
        FolderOf(file, order) is string folder ? Array.IndexOf(order, folder) : throw new InvalidDataException($"{file} is in no folder of the list");

    /// <summary>
    /// Returns the longest folder of the list that contains the file. A folder without a slash contains only the files directly in it.
    /// </summary>
    private static string? FolderOf(string file, string[] folders) => folders
        .Where(folder => folder.Contains('/', StringComparison.Ordinal)
            ? file.StartsWith(folder + "/", StringComparison.Ordinal)
            : Path.GetDirectoryName(file) == folder)
        .MaxBy(folder => folder.Length);
}
