using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The section "Recipes" of README.md.</summary>
internal static partial class Recipes
{
    /// <summary>The code blocks below a heading, as they stand there.</summary>
    /// <param name="heading">The beginning of it.</param>
    /// <param name="language">What the fence says.</param>
    public static async Task<string[]> BlocksAsync(string heading, string language)
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Paths.Root, "README.md"), TestContext.Current.CancellationToken);
        string recipes = readme.Split("\n## Recipes\n")[1].Split("\n## ")[0];
        string recipe = Assert.Single(recipes.Split("\n### ").Skip(1), part => part.StartsWith(heading, StringComparison.Ordinal));
        IEnumerable<Match> matches = BlockPattern().Matches(recipe).Where(match => match.Groups[1].Value == language);
        string[] blocks = [.. matches.Select(match => match.Groups[2].Value)];
        Assert.NotEmpty(blocks);
        return blocks;
    }

    /// <summary>The same command, with the launcher in <c>PATH</c>.</summary>
    public static Command InPath(Command command) =>
        command.With("PATH", $"{Paths.Dist}:{Environment.GetEnvironmentVariable("PATH")}");

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BlockPattern();
}
