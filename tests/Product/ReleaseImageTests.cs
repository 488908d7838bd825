using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The image with the two files and their licenses.</summary>
public class ReleaseImageTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Image_holds_the_two_files_and_its_entry_point_fills_a_volume()
    {
        Needs.FullRun();
        Needs.Root();
        Needs.Tool("umoci");
        using TemporaryDirectory directory = new();
        string version = await Release.VersionAsync();
        string archive = Path.Combine(await Release.PackAsync(directory, "image"), $"virttime-{version}-linux-x64.oci.tar");
        string layout = Directory.CreateDirectory(directory.File("layout")).FullName, bundle = directory.File("bundle");
        (await Command.Of("tar", "-x", "-C", layout, "-f", archive).RunAsync()).Succeeded();
        (await Command.Of("umoci", "unpack", "--image", $"{layout}:virttime:{version}", bundle).RunAsync()).Succeeded();

        string root = Path.Combine(bundle, "rootfs");
        Assert.Equal(["libvirttime.so", "licenses/LICENSE", "licenses/THIRD-PARTY-NOTICES", "virttime-run"], Release.FilesBelow(root));
        await Release.AssertWorksAsync(Path.Combine(root, "virttime-run"));
        string runtime = await File.ReadAllTextAsync(Path.Combine(bundle, "config.json"), TestContext.Current.CancellationToken);
        Assert.Matches("\"args\":\\s*\\[\\s*\"/virttime-run\",\\s*\"--help\"\\s*\\]", runtime);

        string[] labels = ["source", "url", "description", "licenses", "authors"];
        Assert.All(labels, label => Assert.Contains($"\"org.opencontainers.image.{label}\":", runtime, StringComparison.Ordinal));
        string index = await File.ReadAllTextAsync(Path.Combine(layout, "index.json"), TestContext.Current.CancellationToken);
        Assert.Contains($"\"org.opencontainers.image.ref.name\":\"virttime:{version}\"", index, StringComparison.Ordinal);

        Directory.CreateDirectory(Path.Combine(root, "volume"));
        (await Command.Of("chroot", root, "/virttime-run", "--install", "/volume").RunAsync()).Succeeded();
        await Release.AssertWorksAsync(Path.Combine(root, "volume", "virttime-run"));
    }
}
