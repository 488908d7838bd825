using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The archives to unpack below a prefix.</summary>
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

    // As gdb finds them: beside each file, by the name that is in it.
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
