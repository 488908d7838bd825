using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The archives that users unpack below a prefix.</summary>
public class ReleaseTarballTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task It_is_the_tree_that_is_installed()
    {
        using TemporaryDirectory directory = new();
        string tree = await UnpackAsync(directory, "");
        Command install = Installation.Command("/usr/local", directory.File("stage")).With("PARTS", "main");
        (await install.RunAsync()).Succeeded();

        string installed = directory.File("stage/usr/local");
        Assert.Equal(Release.FilesBelow(installed).Where(file => file != "lib/virttime/manifest"), Release.FilesBelow(tree));
        Assert.All(Release.FilesBelow(tree), file =>
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(installed, file)), File.ReadAllBytes(Path.Combine(tree, file)));
            Assert.Equal(File.GetUnixFileMode(Path.Combine(installed, file)), File.GetUnixFileMode(Path.Combine(tree, file)));
        });
    }

    [Fact(Timeout = Limits.Test)]
    public async Task It_works_where_it_is_unpacked()
    {
        using TemporaryDirectory directory = new();
        await Release.AssertWorksAsync(Path.Combine(await UnpackAsync(directory, ""), "bin", "virttime-run"));
    }

    // A directory in an archive would replace a symbolic link, and would change the mode and owner of an existing directory.
    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Directories_that_exist_stay_as_they_are(bool byUser)
    {
        if (byUser)
            Needs.Root();
        using TemporaryDirectory directory = new();
        directory.Public();
        string made = await Release.PackAsync(directory, "tarball"), prefix = directory.File("prefix");
        const string Script =
            """
            mkdir "$1" "$1/dotfiles" "$1/share" "$1/lib"
            touch "$1/dotfiles/tool"
            ln -s dotfiles "$1/bin"
            chmod 700 "$1/share"
            chmod 2775 "$1/lib"
            shift
            umask 022
            for archive; do
                tar -x --strip-components=1 -C "$0" -f "$archive"
            done
            """;
        Directory.CreateDirectory(directory.File("home")).UnixFileMode = (UnixFileMode)0b111_111_111;
        if (byUser)
            prefix = directory.File("home/prefix");
        string[] archives = [.. Directory.GetFiles(made, "*-linux-x64*.tar.gz").Order(StringComparer.Ordinal)];
        Assert.Equal(2, archives.Length);
        Command unpack = Command.Of("sh", ["-euc", Script, prefix, prefix, .. archives]);
        (await (byUser ? Launching.OrdinaryUser.Run(unpack) : unpack).RunAsync()).Succeeded();

        Assert.Equal("dotfiles", new FileInfo(Path.Combine(prefix, "bin")).LinkTarget);
        Assert.Equal([".debug/virttime-run.dbg", "tool", "virttime-run"], Release.FilesBelow(Path.Combine(prefix, "dotfiles")));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(Path.Combine(prefix, "share")));
        Assert.Equal((UnixFileMode)0b10_111_111_101, File.GetUnixFileMode(Path.Combine(prefix, "lib")));
        await Release.AssertWorksAsync(Path.Combine(prefix, "bin/virttime-run"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task It_is_removed_as_the_readme_says()
    {
        using TemporaryDirectory directory = new();
        string archive = Path.Combine(await Release.PackAsync(directory, "tarball"), $"virttime-{await Release.VersionAsync()}-linux-x64.tar.gz");
        string prefix = Directory.CreateDirectory(directory.File("prefix")).FullName;
        await File.WriteAllTextAsync(Path.Combine(prefix, "mine"), "", TestContext.Current.CancellationToken);
        (await Command.Of("tar", "-x", "--strip-components=1", "-C", prefix, "-f", archive).RunAsync()).Succeeded();

        string remove = Assert.Single(await Recipes.BlocksOfAsync("Install", "sh"), block => block.StartsWith("tar -t", StringComparison.Ordinal));
        remove = remove.Replace("sudo ", "", StringComparison.Ordinal).Replace("/usr/local", prefix, StringComparison.Ordinal)
            .Replace("virttime-V-linux-x64.tar.gz", archive, StringComparison.Ordinal);
        (await Command.Of("sh", "-euc", remove).RunAsync()).Succeeded();
        Assert.Equal(["mine"], Release.FilesBelow(prefix));
        Assert.False(Directory.Exists(Path.Combine(prefix, "lib/virttime")));
        Assert.False(Directory.Exists(Path.Combine(prefix, "share/doc/virttime")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Source_archive_is_what_is_committed()
    {
        using TemporaryDirectory directory = new();
        string repository = await Release.RepositoryAsync(directory, "repository"), made = directory.File("made");
        (await Release.Script(repository, "--no-build", "--only", "source", "--output", made).RunAsync()).Succeeded();
        string name = $"virttime-{await Release.VersionAsync()}";
        (await Command.Of("tar", "-x", "-C", directory.Path, "-f", Path.Combine(made, name + "-source.tar.gz")).RunAsync()).Succeeded();
        Result tracked = await Command.Of("git", "-C", repository, "ls-files").RunAsync();
        Assert.Equal(tracked.Succeeded().Lines.Order(StringComparer.Ordinal), Release.FilesBelow(directory.File(name)));
        Result committed = await Command.Of("git", "-C", repository, "diff", "--no-index", "--stat", "LICENSE", directory.File(name + "/LICENSE")).RunAsync();
        Assert.Equal("", committed.Output);
    }

    // gdb finds the symbols beside each file, by the name that the file contains.
    [Fact(Timeout = Limits.Test)]
    public async Task Symbols_lie_where_debuggers_look()
    {
        using TemporaryDirectory directory = new();
        string tree = await UnpackAsync(directory, "-debug");
        Assert.Equal(["bin/.debug/virttime-run.dbg", "lib/virttime/.debug/libvirttime.so.debug"], Release.FilesBelow(tree));
        Assert.Equal(await BuildIdAsync(Paths.Launcher), await BuildIdAsync(Path.Combine(tree, "bin/.debug/virttime-run.dbg")));
        Assert.Equal(await BuildIdAsync(Paths.Library), await BuildIdAsync(Path.Combine(tree, "lib/virttime/.debug/libvirttime.so.debug")));
    }

    private static async Task<string> BuildIdAsync(string file)
    {
        Result notes = await Command.Of("readelf", "--notes", file).RunAsync();
        return Assert.Single(notes.Succeeded().Lines, line => line.Contains("Build ID", StringComparison.Ordinal));
    }

    private static async Task<string> UnpackAsync(TemporaryDirectory directory, string suffix)
    {
        string name = $"virttime-{await Release.VersionAsync()}-linux-x64";
        string archive = Path.Combine(await Release.PackAsync(directory, "tarball"), name + suffix + ".tar.gz");
        (await Command.Of("tar", "-x", "-C", directory.Path, "-f", archive).RunAsync()).Succeeded();
        return directory.File(name);
    }
}
