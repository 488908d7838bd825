using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The conditions under which <c>scripts/release.sh</c> refuses, and the files that each release contains.</summary>
public class ReleaseScriptTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Release_needs_the_version_a_date_a_tag_and_nothing_changed()
    {
        using TemporaryDirectory directory = new();
        string repository = await Release.RepositoryAsync(directory, "repository");
        string version = await Release.VersionAsync();
        string changelog = Path.Combine(repository, "CHANGELOG.md");
        string dated = await File.ReadAllTextAsync(changelog, TestContext.Current.CancellationToken);

        await AssertRefusesAsync(repository, "9.9.9", $"the sources are {version}");
        await AssertRefusesAsync(repository, version, $"this commit is not tagged v{version}");
        (await Command.Of("git", "-C", repository, "tag", "v" + version).RunAsync()).Succeeded();
        await File.AppendAllTextAsync(changelog, "\n", TestContext.Current.CancellationToken);
        await AssertRefusesAsync(repository, version, "files are changed");
        string undated = dated.Replace($"## {version} (2026-01-01)", $"## {version} (unreleased)", StringComparison.Ordinal);
        await File.WriteAllTextAsync(changelog, undated, TestContext.Current.CancellationToken);
        await AssertRefusesAsync(repository, version, "says that it is unreleased");
        await File.WriteAllTextAsync(changelog, "# Changelog\n", TestContext.Current.CancellationToken);
        await AssertRefusesAsync(repository, version, "has no heading for " + version);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("s/^homepage=.*/homepage=https:\\/\\/virttime.invalid/")]
    [InlineData("s/^maintainer=.*/maintainer='Somebody <somebody@virttime.invalid>'/")]
    public async Task Release_needs_a_home_and_a_maintainer(string change)
    {
        using TemporaryDirectory directory = new();
        string repository = await Release.RepositoryAsync(directory, "repository"), version = await Release.VersionAsync();
        (await Command.Of("sed", "-i", change, Path.Combine(repository, "scripts", "project")).RunAsync()).Succeeded();
        string[] identity = ["-C", repository, "-c", "user.name=tests", "-c", "user.email=tests@localhost"];
        (await Command.Of("git", [.. identity, "commit", "--quiet", "--all", "--message", "a place"]).RunAsync()).Succeeded();
        (await Command.Of("git", "-C", repository, "tag", "v" + version).RunAsync()).Succeeded();
        await AssertRefusesAsync(repository, version, "scripts/project still holds a place with .invalid");
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("0123 4567", null, "set VIRTTIME_SIGN")]
    [InlineData("", "true", "names no signing_key")]
    public async Task Key_and_signing_go_together(string key, string? sign, string reason)
    {
        using TemporaryDirectory directory = new();
        string repository = await Release.RepositoryAsync(directory, "repository"), version = await Release.VersionAsync();
        (await Command.Of("sed", "-i", $"s/^signing_key=/signing_key='{key}'/", Path.Combine(repository, "scripts", "project")).RunAsync()).Succeeded();
        string[] identity = ["-C", repository, "-c", "user.name=tests", "-c", "user.email=tests@localhost"];
        (await Command.Of("git", [.. identity, "commit", "--quiet", "--all", "--message", "a key"]).RunAsync()).Succeeded();
        (await Command.Of("git", "-C", repository, "tag", "v" + version).RunAsync()).Succeeded();
        Result result = await Release.Script(repository, "--version", version).With("VIRTTIME_SIGN", sign).RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(reason, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("0123 4567", "gpg --recv-keys 01234567")]
    [InlineData("", "not signed")]
    public async Task Recipe_to_verify_names_the_key(string key, string words)
    {
        Command verify = Command.Of(Path.Combine(Paths.Root, "scripts", "release", "verify.sh")).With("VERSION", "9.8.7");
        Result result = await verify.With("HOMEPAGE", "https://virttime.example").With("SIGNING_KEY", key).RunAsync();
        Assert.Contains(words, result.Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("sha256sum --check --ignore-missing SHA256SUMS", result.Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--only", "snap", "not known")]
    [InlineData("--arch", "riscv64", "not known")]
    public async Task Unknown_value_is_an_error(string option, string value, string reason)
    {
        Result result = await Release.Script(Paths.Root, option, value).RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"release.sh: {option} {value}: {reason}", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Directory_with_something_in_it_is_left_alone()
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory.File("mine"), "", TestContext.Current.CancellationToken);
        Result result = await Release.Script(Paths.Root, "--no-build", "--only", "tarball", "--output", directory.Path).RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is not empty", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(["mine"], Release.FilesBelow(directory.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Sums_cover_every_file_and_every_file_is_signed()
    {
        using TemporaryDirectory directory = new();
        string signer = directory.File("sign"), made = directory.File("made");
        await File.WriteAllTextAsync(signer, "#!/bin/sh\necho \"$1 ${2##*/}\" >>\"$0.log\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(signer, (UnixFileMode)0b111_101_101);
        Command pack = Release.Script(Paths.Root, "--no-build", "--arch", "x64", "--only", "tarball", "--output", made);
        (await pack.With("VIRTTIME_SIGN", signer + " --detach").RunAsync()).Succeeded();

        string[] files = Release.FilesBelow(made);
        string[] sums = await File.ReadAllLinesAsync(Path.Combine(made, "SHA256SUMS"), TestContext.Current.CancellationToken);
        Assert.Equal(files.Where(file => file != "SHA256SUMS"), sums.Select(line => line.Split("  ")[1]));
        (await (Command.Of("sha256sum", "--check", "--strict", "SHA256SUMS") with { WorkingDirectory = made }).RunAsync()).Succeeded();
        string[] signed = await File.ReadAllLinesAsync(signer + ".log", TestContext.Current.CancellationToken);
        Assert.Equal(files.Select(file => "--detach " + file), signed.Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Notes_are_what_the_changelog_says_of_the_version()
    {
        using TemporaryDirectory directory = new();
        string scripts = Directory.CreateDirectory(directory.File("scripts/release")).FullName;
        string notes = Path.Combine(scripts, "notes.sh");
        File.Copy(Path.Combine(Paths.Root, "scripts", "release", "notes.sh"), notes);
        const string Changelog = "# Changelog\n\n## 2.0.0 (2027-01-01)\n\n- two\n\n  more\n\n## 1.0.0 (2026-01-01)\n\n- one\n";
        await File.WriteAllTextAsync(directory.File("CHANGELOG.md"), Changelog, TestContext.Current.CancellationToken);
        Assert.Equal("- two\n\n  more\n\n", (await Command.Of(notes, "2.0.0").RunAsync()).Succeeded().Output);
        Assert.Equal("- one\n", (await Command.Of(notes, "1.0.0").RunAsync()).Succeeded().Output);
        Assert.Equal(1, (await Command.Of(notes, "1.0").RunAsync()).ExitCode);
    }

    private static async Task AssertRefusesAsync(string repository, string version, string reason)
    {
        Result result = await Release.Script(repository, "--version", version).RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(reason, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(repository, "artifacts")));
    }
}
