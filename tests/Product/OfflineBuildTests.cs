using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>A build does not depend on a package registry: neither on its advisories nor on whether it can be reached.</summary>
public class OfflineBuildTests
{
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Project_is_restored_without_a_network_from_the_packages_that_are_there()
    {
        await NeedsOwnNetworkAsync();
        using TemporaryDirectory directory = new();

        // A project like the others here, with a package that the launcher's build has restored.
        await File.WriteAllTextAsync(directory.File("offline.csproj"), $"""
            <Project>
              <Import Project="{Paths.Root}/Directory.Build.props" />
              <PropertyGroup><DirectoryPackagesPropsPath>{Paths.Root}/Directory.Packages.props</DirectoryPackagesPropsPath></PropertyGroup>
              <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <BaseIntermediateOutputPath>{directory.Path}/obj/</BaseIntermediateOutputPath>
                <RestorePackagesWithLockFile>false</RestorePackagesWithLockFile>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="CommandLineParser" /></ItemGroup>
              <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
            </Project>
            """, TestContext.Current.CancellationToken);
        Command restore = Command.Of("unshare", "--net", "dotnet", "restore", "--force", directory.File("offline.csproj"));
        restore = restore.With("MSBUILDDISABLENODEREUSE", "1").With("NUGET_HTTP_CACHE_PATH", directory.File("cache"));
        Result result = await (restore with { WorkingDirectory = directory.Path, Limit = TimeSpan.FromMinutes(3) }).RunAsync();
        result.Succeeded();
        Assert.DoesNotContain("NU190", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(directory.File("obj/project.assets.json")));
    }

    private static async Task NeedsOwnNetworkAsync()
    {
        Needs.Root();
        Result result = await Command.Of(Needs.Tool("unshare"), "--net", "true").RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs a network namespace: " + result.Error.Trim());
    }
}
