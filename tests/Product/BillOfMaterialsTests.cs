using System.Text.Json;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The SPDX document of a release.</summary>
public class BillOfMaterialsTests
{
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task It_names_every_file_and_what_is_linked_in()
    {
        Needs.FullRun();
        using TemporaryDirectory directory = new();
        string made = await Release.PackAsync(directory, "tarball", "sbom");
        string path = Path.Combine(made, $"virttime-{await Release.VersionAsync()}.spdx.json");
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        JsonElement root = document.RootElement;
        Assert.Equal("SPDX-2.3", root.GetProperty("spdxVersion").GetString());
        Assert.Equal("CC0-1.0", root.GetProperty("dataLicense").GetString());

        Result license = await Command.Of("sh", "-euc", ". \"$0\"; echo \"$license\"", Path.Combine(Paths.Root, "scripts", "project")).RunAsync();
        JsonElement own = root.GetProperty("packages").EnumerateArray().Single(package => package.GetProperty("name").GetString() == "virttime");
        Assert.Equal(license.Succeeded().Lines[0], own.GetProperty("licenseDeclared").GetString());
        Assert.Equal($"pkg:generic/virttime@{await Release.VersionAsync()}", own.GetProperty("externalRefs")[0].GetProperty("referenceLocator").GetString());

        JsonElement[] packages = [.. root.GetProperty("packages").EnumerateArray()], files = [.. root.GetProperty("files").EnumerateArray()];
        string[] sums = await File.ReadAllLinesAsync(Path.Combine(made, "SHA256SUMS"), TestContext.Current.CancellationToken);
        foreach (JsonElement file in files)
        {
            string? sum = file.GetProperty("checksums").EnumerateArray()
                .Single(checksum => checksum.GetProperty("algorithm").GetString() == "SHA256").GetProperty("checksumValue").GetString();
            Assert.Contains($"{sum}  {file.GetProperty("fileName").GetString()![2..]}", sums);
        }

        Assert.Equal(sums.Length - 1, files.Length); // all but the document itself
        string?[] linked = [.. Related(root, "STATIC_LINK", "relatedSpdxElement").Select(id => NameOf(packages, id))];
        Assert.Contains("CommandLineParser", linked);
        Assert.Contains("Microsoft.NETCore.App.Runtime.NativeAOT.linux-x64", linked);
        Assert.DoesNotContain("Iced", linked);
        Assert.Contains("Iced", Related(root, "BUILD_TOOL_OF", "spdxElementId").Select(id => NameOf(packages, id)));

        // Each identifier is well formed, and both ends of each relation exist.
        string?[] ids = [.. packages.Concat(files).Append(root).Select(element => element.GetProperty("SPDXID").GetString())];
        Assert.All(ids, id => Assert.Matches("^SPDXRef-[A-Za-z0-9.-]+$", id));
        Assert.Distinct(ids);
        Assert.All(root.GetProperty("relationships").EnumerateArray(), relation =>
        {
            Assert.Contains(relation.GetProperty("spdxElementId").GetString(), ids);
            Assert.Contains(relation.GetProperty("relatedSpdxElement").GetString(), ids);
        });
    }

    private static IEnumerable<string?> Related(JsonElement root, string type, string end) => root.GetProperty("relationships").EnumerateArray()
        .Where(relation => relation.GetProperty("relationshipType").GetString() == type).Select(relation => relation.GetProperty(end).GetString());

    private static string? NameOf(JsonElement[] packages, string? id) =>
        packages.Single(package => package.GetProperty("SPDXID").GetString() == id).GetProperty("name").GetString();
}
