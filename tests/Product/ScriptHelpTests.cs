using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>--help</c> of the scripts.</summary>
public class ScriptHelpTests
{
    public static TheoryData<string> Scripts()
    {
        string[] folders = ["scripts", "scripts/cluster", "scripts/release", ".ci"];
        IEnumerable<string> files = folders.SelectMany(folder => Directory.GetFiles(Path.Combine(Paths.Root, folder)));
        return [.. files.Where(IsCalledByPeople).Select(file => Path.GetRelativePath(Paths.Root, file)).Order(StringComparer.Ordinal)];
    }

    // The script runs from another directory, and in one where nothing can be built or written.
    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Scripts))]
    public async Task Prints_the_usage_and_does_nothing_else(string script)
    {
        foreach (string option in new[] { "--help", "-h" })
        {
            Command command = Command.Of(Path.Combine(Paths.Root, script), option).With("PATH", "/usr/bin:/bin").With("HOME", "/nonexistent");
            Result result = await (command with { WorkingDirectory = Path.GetTempPath(), Limit = TimeSpan.FromSeconds(20) }).RunAsync();
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            Assert.StartsWith("usage: ", result.Lines[0], StringComparison.OrdinalIgnoreCase);
            Assert.Contains(Path.GetFileName(script), result.Lines[0], StringComparison.Ordinal);
            Assert.DoesNotContain(result.Lines, line => line.StartsWith('#') || line.StartsWith("set -", StringComparison.Ordinal));
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("scripts/test.sh")]
    [InlineData("scripts/build.sh")]
    [InlineData("scripts/release.sh")]
    [InlineData("scripts/install.sh")]
    public async Task Unknown_option_is_answered_by_the_usage_as_an_error(string script)
    {
        Result result = await Command.Of(Path.Combine(Paths.Root, script), "--no-such-option").RunAsync();
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("usage: ", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsCalledByPeople(string file) => (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0;
}
