using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The code blocks in README.md and docs/recipes.md, which users copy.</summary>
internal static partial class Recipes
{
    /// <summary>Returns the code blocks of a recipe, unchanged.</summary>
    /// <param name="heading">The beginning of the recipe's heading.</param>
    /// <param name="language">The language named on the opening fence.</param>
    public static async Task<string[]> BlocksAsync(string heading, string language)
    {
        string recipes = await ReadAsync("docs/recipes.md");
        return Blocks(Assert.Single(recipes.Split("\n## ").Skip(1), part => part.StartsWith(heading, StringComparison.Ordinal)), language);
    }

    /// <summary>Returns the code blocks of a section of README.md.</summary>
    public static async Task<string[]> BlocksOfAsync(string section, string language) => Blocks(await SectionAsync(section), language);

    /// <summary>Returns the shebang script of the section "Use".</summary>
    public static async Task<string> ScriptOfUseAsync() => Assert.Single(Blocks(await SectionAsync("Use"), "python"));

    private static async Task<string> SectionAsync(string title)
    {
        string readme = await ReadAsync("README.md");
        return readme.Split($"\n## {title}\n")[1].Split("\n## ")[0];
    }

    private static Task<string> ReadAsync(string document) =>
        File.ReadAllTextAsync(Path.Combine(Paths.Root, document), TestContext.Current.CancellationToken);

    private static string[] Blocks(string text, string language)
    {
        IEnumerable<Match> matches = BlockPattern().Matches(text).Where(match => match.Groups[1].Value == language);
        string[] blocks = [.. matches.Select(match => match.Groups[2].Value)];
        Assert.NotEmpty(blocks);
        return blocks;
    }

    /// <summary>Returns the command with the launcher's directory in <c>PATH</c>.</summary>
    public static Command InPath(Command command) =>
        command.With("PATH", $"{Paths.Dist}:{Environment.GetEnvironmentVariable("PATH")}");

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();
}
