using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>A step of the job in the recipe, run as GitHub's runner does.</summary>
internal sealed record JobStep(string? Shell, string Run)
{
    public static async Task<JobStep[]> ReadAsync()
    {
        string job = Assert.Single(await Recipes.BlocksAsync("A job step in CI", "yaml"));
        return [.. job.Split("- name: ").Skip(1).Select(step => new JobStep(Find(step, "shell"), Find(step, "run")!))];
    }

    private static string? Find(string step, string key)
    {
        Match match = Regex.Match(step, $@"^\s+{key}: (.*)$", RegexOptions.Multiline);
        return match.Success ? match.Groups[1].Value : null;
    }

    public async Task<Result> RunAsync(TemporaryDirectory directory, string[] environment)
    {
        await File.WriteAllTextAsync(directory.File("step.sh"), Run, TestContext.Current.CancellationToken);
        string[] shell = (Shell ?? "bash -e {0}").Replace("{0}", directory.File("step.sh"), StringComparison.Ordinal).Split(' ');
        Command command = Recipes.InPath(Command.Of(shell[0], shell[1..]))
            .With("RUNNER_TEMP", directory.Path)
            .With("GITHUB_ENV", directory.File("github_env"));
        foreach (string[] variable in environment.Select(line => line.Split('=', 2)))
            command = command.With(variable[0], variable[1]);
        return await (command with { WorkingDirectory = directory.Path }).RunAsync();
    }
}
