using System.Text.RegularExpressions;
using VirtTime.CommandLine;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The options that <c>--help</c> lists, with their dashes.</summary>
internal static partial class HelpOptions
{
    public static async Task<IReadOnlyList<string>> AllAsync()
    {
        string help = (await Command.Launcher("--help").RunAsync()).Succeeded().Output;
        string[] options = [.. OptionPattern().Matches(help).Select(match => match.Groups[1].Value).Distinct()];
        Assert.Contains("--monotonic-at", options);
        Assert.Contains("-S", options);
        return options;
    }

    /// <summary>The options of the launcher's table, in the same form.</summary>
    public static IReadOnlyList<string> OfTable =>
    [
        .. OptionTable.Rows.Select(row => "--" + row.Name),
        .. OptionTable.Rows.Where(row => row.Letter is not null).Select(row => "-" + row.Letter),
    ];

    // Matches only where an option is described, not where the text mentions one.
    [GeneratedRegex(@"(?<=^ {2,6}(?:-\w, )?)(--[a-z-]+|-\w(?=, --))", RegexOptions.Multiline)]
    private static partial Regex OptionPattern();
}
