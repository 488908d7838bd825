using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>The names of the interposed functions, from the five places that list them.</summary>
internal static partial class VirtualisedNames
{
    private static readonly string s_interposer = Path.Combine(Paths.Root, "libvirttime");

    /// <summary>Returns the names in the export list that the library is linked with.</summary>
    public static string[] Exported()
    {
        string map = File.ReadAllText(Path.Combine(s_interposer, "exports.map"));
        string global = map[map.IndexOf("global:", StringComparison.Ordinal)..map.IndexOf("local:", StringComparison.Ordinal)];
        return Names(MapEntry(), global);
    }

    /// <summary>Returns the names that the code exports, without those that only the linker and the library's own assembly use.</summary>
    public static string[] InCode() => Names(
        RuntimeExport(),
        string.Concat(Directory.GetFiles(Path.Combine(s_interposer, "Interpose"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)))
        .Except(["virttime_constructor", "virttime_personality", "virttime_place"]).ToArray();

    /// <summary>Returns the names in the table of docs/interposed-functions.md.</summary>
    public static string[] InDocument() =>
        Names(TableRow(), File.ReadAllText(Path.Combine(Paths.Root, "docs", "interposed-functions.md")));

    /// <summary>Returns the names that the library's manual page lists: the words of the bold lines that begin an entry.</summary>
    public static string[] ListedInManual() => [.. ManualTerm().Matches(ManualSection())
        .SelectMany(match => Bold(match.Groups[1].Value)).Order(StringComparer.Ordinal)];

    /// <summary>Returns the same names and every other bold word of that section.</summary>
    public static string[] NamedInManual() => [.. BoldLine().Matches(ManualSection())
        .SelectMany(match => Bold(match.Groups[1].Value)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Returns the dynamic symbols of the built library.</summary>
    public static async Task<string[]> InLibraryAsync() => Names(
        DefinedSymbol(),
        (await Command.Of("readelf", "--wide", "--dyn-syms", Paths.Library).RunAsync()).Succeeded().Output);

    private static string ManualSection() =>
        ManualInterposed().Match(File.ReadAllText(Path.Combine(Paths.Root, "scripts/man/libvirttime.7"))).Value;

    // Example: .BR gettimeofday "(2), " time (2)
    private static string[] Bold(string line) =>
        BesideNames().Replace(line, " ").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Names(Regex pattern, string text) =>
        [.. pattern.Matches(text).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^\s+(\w+);", RegexOptions.Multiline)]
    private static partial Regex MapEntry();

    [GeneratedRegex("""\[RuntimeExport\("(\w+)"\)\]""")]
    private static partial Regex RuntimeExport();

    [GeneratedRegex(@"^\.SS What is interposed$.*?(?=^\.SS )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ManualInterposed();

    [GeneratedRegex(@"^\.T[PQ]\n\.BR? (.*)$", RegexOptions.Multiline)]
    private static partial Regex ManualTerm();

    [GeneratedRegex(@"^\.BR? (.*)$", RegexOptions.Multiline)]
    private static partial Regex BoldLine();

    [GeneratedRegex("""
        "[^"]*"|\([0-9]\)[,.;]?|\s[,.;](?=\s|$)
        """)]
    private static partial Regex BesideNames();

    [GeneratedRegex(@"^\| `(\w+)`[^|]*\|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"(?:GLOBAL|WEAK)\s+\w+\s+[0-9]+\s+(\S+)$", RegexOptions.Multiline)]
    private static partial Regex DefinedSymbol();
}
