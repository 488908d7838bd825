using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>scripts/release.sh</c>.</summary>
internal static class Release
{
    public static async Task<string> VersionAsync() =>
        (await Command.Of(Path.Combine(Paths.Root, "scripts", "version.sh")).RunAsync()).Succeeded().Output.Trim();

    public static Command Script(params IEnumerable<string> arguments) =>
        Command.Of(Path.Combine(Paths.Root, "scripts", "release.sh"), arguments) with { Limit = TimeSpan.FromSeconds(110) };

    /// <summary>What was built for the tests, packed.</summary>
    public static async Task PackAsync(TemporaryDirectory directory, params IEnumerable<string> kinds) =>
        (await Script(["--no-build", "--arch", "x64", "--output", directory.File("made"), .. kinds.SelectMany(kind => (string[])["--only", kind])])
            .RunAsync()).Succeeded();
}
