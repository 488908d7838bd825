using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>The interposed functions, as four places tell them.</summary>
internal static partial class VirtualisedNames
{
    private static readonly string s_interposer = Path.Combine(Paths.Root, "libvirttime");

    /// <summary>The export list that the library is linked with.</summary>
    public static string[] Exported()
    {
        string map = File.ReadAllText(Path.Combine(s_interposer, "exports.map"));
        string global = map[map.IndexOf("global:", StringComparison.Ordinal)..map.IndexOf("local:", StringComparison.Ordinal)];
        return Names(MapEntry(), global);
    }

    /// <summary>What the code exports, but for what only the linker sees.</summary>
    public static string[] InCode() => Names(
        RuntimeExport(),
        string.Concat(Directory.GetFiles(Path.Combine(s_interposer, "Interpose"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)))
        .Except(["virttime_constructor", "virttime_personality"]).ToArray();

    /// <summary>The table in docs/interposed-functions.md.</summary>
    public static string[] InDocument() =>
        Names(TableRow(), File.ReadAllText(Path.Combine(Paths.Root, "docs", "interposed-functions.md")));

    /// <summary>The dynamic symbols of the built library.</summary>
    public static async Task<string[]> InLibraryAsync() => Names(
        DefinedSymbol(),
        (await Command.Of("readelf", "--wide", "--dyn-syms", Paths.Library).RunAsync()).Succeeded().Output);

    private static string[] Names(Regex pattern, string text) =>
        [.. pattern.Matches(text).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^\s+(\w+);", RegexOptions.Multiline)]
    private static partial Regex MapEntry();

    [GeneratedRegex("""\[RuntimeExport\("(\w+)"\)\]""")]
    private static partial Regex RuntimeExport();

    [GeneratedRegex(@"^\| `(\w+)`[^|]*\|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"(?:GLOBAL|WEAK)\s+\w+\s+[0-9]+\s+(\S+)$", RegexOptions.Multiline)]
    private static partial Regex DefinedSymbol();
}
