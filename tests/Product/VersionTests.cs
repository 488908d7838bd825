using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The version is written in one place, and all outputs show the same one.</summary>
public class VersionTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_tells_it() =>
        Assert.Equal($"virttime-run {await Release.VersionAsync()}\n", (await Command.Launcher("--version").RunAsync()).Succeeded().Output);

    [Theory(Timeout = Limits.Test)]
    [InlineData("share/man/man1/virttime-run.1")]
    [InlineData("share/man/man7/libvirttime.7")]
    public async Task Installed_man_page_tells_it(string page)
    {
        using TemporaryDirectory directory = new();
        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        string head = (await File.ReadAllLinesAsync(directory.File(page), TestContext.Current.CancellationToken))[0];
        Assert.Contains($"\"VirtTime {await Release.VersionAsync()}\"", head, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Changelog_begins_with_it()
    {
        string changelog = await File.ReadAllTextAsync(Path.Combine(Paths.Root, "CHANGELOG.md"), TestContext.Current.CancellationToken);
        Assert.StartsWith($"{await Release.VersionAsync()} (", changelog.Split("\n## ")[1], StringComparison.Ordinal);
    }
}
