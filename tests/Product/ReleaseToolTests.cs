using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The .NET tool, installed from a directory as its feed.</summary>
public class ReleaseToolTests
{
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task It_is_installed_and_run_at_once()
    {
        Needs.FullRun();
        using TemporaryDirectory directory = new();
        string feed = await Release.PackAsync(directory, "tool"), version = await Release.VersionAsync();

        // This directory is the only source of packages, and no package is cached.
        await File.WriteAllTextAsync(
            directory.File("nuget.config"),
            $"<configuration><packageSources><clear /><add key=\"made\" value=\"{feed}\" /></packageSources></configuration>",
            TestContext.Current.CancellationToken);
        Command Dotnet(params string[] arguments) => (Command.Of("dotnet", arguments) with { WorkingDirectory = directory.Path, Limit = TimeSpan.FromSeconds(100) })
            .With("NUGET_PACKAGES", directory.File("packages")).With("DOTNET_CLI_HOME", directory.File("home"));

        (await Dotnet("tool", "install", "virttime-run", "--version", version, "--tool-path", directory.File("tools")).RunAsync()).Succeeded();
        await Release.AssertWorksAsync(directory.File("tools/virttime-run"));

        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        Result result = await Dotnet("dnx", "--yes", $"virttime-run@{version}", "--monotonic-at", "12345s", "--", watch).RunAsync();
        Limits.AssertJustAfter(12345, result.Succeeded().Number("clock"));
    }
}
