using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>A release has the same bytes for each user, directory and time of the build.</summary>
public class ReproducibilityTests
{
    private const int Limit = 900_000;

    [Fact(Timeout = Limit)]
    public async Task Two_builds_of_a_commit_give_the_same_bytes()
    {
        Needs.FullRun();
        using TemporaryDirectory directory = new();
        string first = await Release.RepositoryAsync(directory, "a"), second = await Release.RepositoryAsync(directory, "another/place of it".Replace(' ', '-'));
        string version = await Release.VersionAsync();
        foreach (string repository in (string[])[first, second])
            (await Command.Of("git", "-C", repository, "tag", "v" + version).RunAsync()).Succeeded();

        await MakeAsync(Release.Script(first, "--version", version));
        Command other = Release.Script(second, "--version", version).With("TZ", "Pacific/Chatham").With("LC_ALL", "C.UTF-8").With("CI", null);
        bool hasUsers = (await Command.Of("unshare", "--user", "--map-user=1234", "true").RunAsync()).ExitCode == 0;
        string[] user = hasUsers ? ["unshare", "--user", "--map-user=1234", "--map-group=1234"] : ["env"];
        string[] arguments = [.. user[1..], "sh", "-c", "umask 077; exec \"$0\" \"$@\"", other.File, .. other.Arguments];
        await MakeAsync(other with { File = user[0], Arguments = [.. arguments] });

        string made = Path.Combine(first, "artifacts", "release"), again = Path.Combine(second, "artifacts", "release");
        string[] files = Release.FilesBelow(made);
        Assert.Contains($"virttime-{version}-linux-x64.tar.gz", files);
        Assert.Equal(files, Release.FilesBelow(again));
        Assert.Equal([], files.Where(file => !File.ReadAllBytes(Path.Combine(made, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(again, file)))));
    }

    private static async Task MakeAsync(Command script)
    {
        string[] kinds = [.. Kinds().SelectMany(kind => (string[])["--only", kind])];
        (await (script with { Arguments = script.Arguments.AddRange(kinds), Limit = TimeSpan.FromMilliseconds(Limit / 2) }).RunAsync()).Succeeded();
    }

    // The kinds of package that this machine can make.
    private static IEnumerable<string> Kinds() => (string[])
        ["tarball", "tool", "sbom", .. IsInstalled("dpkg-deb") ? (string[])["deb"] : [], .. IsInstalled("rpmbuild") ? (string[])["rpm"] : [], .. IsInstalled("umoci") ? (string[])["image"] : []];

    private static bool IsInstalled(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, tool)));
}
