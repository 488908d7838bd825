using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>scripts/packaging/</c>: recipes for other distributions, filled in for a release and run without those distributions' tools.</summary>
public class PackagingRecipeTests
{
    // makepkg and abuild unpack the sources in srcdir, and then call the function package with pkgdir.
    [Theory(Timeout = Limits.Test)]
    [InlineData("PKGBUILD", "virttime-bin", "echo \"$pkgver ${source_x86_64[0]##*/} ${sha256sums_x86_64[0]}\"", "sha256sum")]
    [InlineData("APKBUILD", "virttime", "echo \"$pkgver ${source##*/} ${sha512sums%% *}\"; cd \"$builddir\"", "sha512sum")]
    public async Task Recipe_lays_out_the_tarball(string recipe, string package, string print, string sum)
    {
        using TemporaryDirectory directory = new();
        string made = await Release.PackAsync(directory, "tarball"), version = await Release.VersionAsync();
        string tarball = Path.Combine(made, $"virttime-{version}-linux-x64.tar.gz");
        (await Command.Of(Path.Combine(Paths.Root, "scripts", "packaging", "fill.sh"), made, directory.File("recipes")).RunAsync()).Succeeded();
        string source = Directory.CreateDirectory(directory.File("src")).FullName;
        (await Command.Of("tar", "-x", "-C", source, "-f", tarball).RunAsync()).Succeeded();

        string script = $"source \"$0\"; {print}; package";
        Command command = Command.Of("bash", "-euc", script, directory.File("recipes/" + recipe)).With("CARCH", "x86_64").With("srcdir", source);
        string root = Directory.CreateDirectory(directory.File("root")).FullName;
        Result result = await command.With("pkgdir", root).RunAsync();
        string expected = (await Command.Of(sum, tarball).RunAsync()).Succeeded().Output.Split(' ')[0];
        Assert.Equal($"{version} {Path.GetFileName(tarball)} {expected}", Assert.Single(result.Succeeded().Lines));

        await Release.AssertWorksAsync(Path.Combine(root, "usr/bin/virttime-run"));
        Assert.True(File.Exists(Path.Combine(root, $"usr/share/licenses/{package}/THIRD-PARTY-NOTICES")));
        Assert.Equal(["bin", "lib", "share"], Directory.GetDirectories(Path.Combine(root, "usr")).Select(Path.GetFileName).Order());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Nix_can_read_its_expression()
    {
        string nix = Needs.Tool("nix-instantiate");
        using TemporaryDirectory directory = new();
        string made = await Release.PackAsync(directory, "tarball");
        (await Command.Of(Path.Combine(Paths.Root, "scripts", "packaging", "fill.sh"), made, directory.File("recipes")).RunAsync()).Succeeded();
        (await Command.Of(nix, "--parse", directory.File("recipes/package.nix")).RunAsync()).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Nothing_is_left_to_be_filled_in()
    {
        using TemporaryDirectory directory = new();
        string made = await Release.PackAsync(directory, "tarball");
        (await Command.Of(Path.Combine(Paths.Root, "scripts", "packaging", "fill.sh"), made, directory.File("recipes")).RunAsync()).Succeeded();
        Assert.Equal(["APKBUILD", "PKGBUILD", "package.nix"], Release.FilesBelow(directory.File("recipes")));
        foreach (string file in Directory.GetFiles(directory.File("recipes")))
            Assert.DoesNotMatch("@[A-Z0-9_]+@", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }
}
