using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>--generate WHAT</c>: the executable itself prints completions and the manual page.</summary>
public class GenerationTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_is_the_one_that_packages_install(string shell)
    {
        string path = Path.Combine(Paths.Root, "scripts", "completions", "virttime-run." + shell);
        string installed = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(installed, (await Command.Launcher("--generate", shell).RunAsync()).Succeeded().Output);
        Assert.Equal(installed, (await Command.Launcher("--gen=" + shell).RunAsync()).Succeeded().Output);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Manual_page_is_the_one_that_is_installed()
    {
        using TemporaryDirectory directory = new();
        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        string installed = await File.ReadAllTextAsync(directory.File("share/man/man1/virttime-run.1"), TestContext.Current.CancellationToken);
        Assert.Contains($"VirtTime {await Release.VersionAsync()}", installed, StringComparison.Ordinal);
        Assert.Equal(installed, (await Command.Launcher("--generate", "man").RunAsync()).Succeeded().Output);
    }

    // In an image, no completion files lie beside the launcher.
    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_that_was_copied_alone_has_them_too()
    {
        using TemporaryDirectory directory = new();
        File.Copy(Paths.Launcher, directory.File("virttime-run"));
        Result result = await Command.Of(directory.File("virttime-run"), "--generate", "fish").RunAsync();
        Assert.Contains("complete -c virttime-run", result.Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("\"powershell\" is unknown; try bash, zsh, fish or man", "--generate", "powershell")]
    [InlineData("\"\" is unknown", "--generate=")]
    [InlineData("\".man\" is unknown", "--generate", ".man")]
    [InlineData("needs a value", "--generate")]
    [InlineData("give no other option and no command", "--generate", "bash", "true")]
    [InlineData("given twice; give it once", "--generate", "bash", "--generate", "zsh")]
    [InlineData("give no other option and no command", "--generate=bash", "--json")]
    [InlineData("give no other option and no command", "--monotonic-at", "5s", "--generate", "bash")]
    [InlineData("give no other option and no command", "--backend", "auto", "--generate=bash")]
    public async Task Anything_else_is_refused(string reason, params string[] arguments)
    {
        Result result = await Command.Launcher(arguments).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.StartsWith("virttime-run: --generate: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Full_disk_is_an_error()
    {
        Result result = await Command.Of("sh", "-c", "exec \"$0\" --generate man >/dev/full", Paths.Launcher).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.StartsWith("virttime-run: standard output: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }
}
