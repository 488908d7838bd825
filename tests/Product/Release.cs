using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>scripts/release.sh</c>.</summary>
internal static class Release
{
    // Copies the work tree, committed or not, as the only commit of a new repository.
    private const string Export =
        """
        git -C "$1" ls-files -z --cached --others --exclude-standard | tar -C "$1" --null --files-from=- --ignore-failed-read -c 2>/dev/null | tar -x
        sed -i "s/^## \(.*\) (unreleased)/## \1 (2026-01-01)/" CHANGELOG.md
        sed -i "s/\.invalid/.example/g" scripts/project
        git init --quiet
        git add --all
        git -c user.name=tests -c user.email=tests@localhost commit --quiet --message all
        """;

    public static async Task<string> VersionAsync() =>
        (await Command.Of(Path.Combine(Paths.Root, "scripts", "version.sh")).RunAsync()).Succeeded().Output.Trim();

    /// <summary>Makes a repository below a temporary directory, with a date in its changelog and a homepage in its project file.</summary>
    public static async Task<string> RepositoryAsync(TemporaryDirectory directory, string path)
    {
        Needs.Tool("git");
        string repository = Directory.CreateDirectory(directory.File(path)).FullName;
        Command export = Command.Of("sh", "-euc", Export, "sh", Paths.Root) with { WorkingDirectory = repository, Limit = TimeSpan.FromSeconds(100) };
        (await export.With("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z").With("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z").RunAsync()).Succeeded();
        return repository;
    }

    public static Command Script(string root, params IEnumerable<string> arguments) =>
        Command.Of(Path.Combine(root, "scripts", "release.sh"), arguments) with { Limit = TimeSpan.FromSeconds(110) };

    /// <summary>Packs the files that were built for the tests, and returns the directory of the packages.</summary>
    public static async Task<string> PackAsync(TemporaryDirectory directory, params IEnumerable<string> kinds)
    {
        string made = directory.File("made");
        string[] only = [.. kinds.SelectMany(kind => (string[])["--only", kind])];
        (await Script(Paths.Root, ["--no-build", "--arch", "x64", "--output", made, .. only]).RunAsync()).Succeeded();
        return made;
    }

    /// <summary>Asserts that a launcher finds its library and shifts a clock.</summary>
    public static async Task AssertWorksAsync(string launcher)
    {
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        Command command = Command.Of(launcher, "--monotonic-at", "12345s", "--", watch);
        Limits.AssertJustAfter(12345, (await command.RunAsync()).Succeeded().Number("clock"));
    }

    /// <summary>Returns the paths of the files below a directory, without directories.</summary>
    public static string[] FilesBelow(string directory) =>
        [.. Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal)];
}
