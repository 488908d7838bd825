// Usage: dotnet run sbom.cs SOURCES OUTPUT VERSION DATE AUTHORS HOMEPAGE LICENSE ARCH...
// Writes virttime-VERSION.spdx.json: the released files, and the third-party packages that are linked into them or were used to build them. The
// result does not depend on when or where it is made.
#:property PublishAot=false

using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

string sources = args[0], output = args[1], version = args[2], date = args[3], authors = args[4], homepage = args[5], ownLicense = args[6];
string[] archs = args[7..];

const string Document = "SPDXRef-DOCUMENT", Root = "SPDXRef-Package-virttime";
JsonObject virttime = Package(Root, "virttime", version, ownLicense);
virttime["homepage"] = homepage;
virttime["externalRefs"] = Purl($"pkg:generic/virttime@{version}");
JsonArray packages = [virttime], files = [], relations = [Relation(Document, "DESCRIBES", Root)];

// Packages used only to build. All other restored packages are linked into the launcher.
Regex tools = new(@"ILCompiler$|^Microsoft\.NET\.ILLink|^Iced$", RegexOptions.IgnoreCase);
foreach (string lockFile in (string[])["launcher/packages.lock.json", "libvirttime/unwind/packages.lock.json"])
{
    foreach ((string name, string resolved) in Restored(lockFile))
        Add(name, resolved, License(name, resolved), $"pkg:nuget/{name}@{resolved}", isTool: tools.IsMatch(name));
}

string runtime = Restored("launcher/packages.lock.json")["Microsoft.DotNet.ILCompiler"];
foreach (string arch in archs)
{
    string name = $"Microsoft.NETCore.App.Runtime.NativeAOT.linux-{arch}";
    Add(name, runtime, License(name, runtime), $"pkg:nuget/{name}@{runtime}", isTool: false);
    if (LibcPackage(arch) is (string package, string libc))
        Add(package, libc, "LGPL-2.1-or-later", $"pkg:deb/debian/{package}@{libc}", isTool: false);
}

foreach (string path in Directory.GetFiles(output).Order(StringComparer.Ordinal))
{
    byte[] content = File.ReadAllBytes(path);
    string id = "SPDXRef-File-" + Idstring(Path.GetFileName(path));
    files.Add(new JsonObject
    {
        ["SPDXID"] = id,
        ["fileName"] = "./" + Path.GetFileName(path),
        ["checksums"] = new JsonArray(
            Checksum("SHA1", Convert.ToHexStringLower(SHA1.HashData(content))),
            Checksum("SHA256", Convert.ToHexStringLower(SHA256.HashData(content)))),
        ["licenseConcluded"] = "NOASSERTION",
        ["copyrightText"] = "NOASSERTION",
    });
    relations.Add(Relation(Root, "GENERATES", id));
}

string digest = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(files)));
JsonObject document = new()
{
    ["spdxVersion"] = "SPDX-2.3",
    ["dataLicense"] = "CC0-1.0",
    ["SPDXID"] = Document,
    ["name"] = $"virttime-{version}",
    ["documentNamespace"] = $"{homepage}/spdx/virttime-{version}-{digest}",
    ["creationInfo"] = new JsonObject { ["created"] = date, ["creators"] = new JsonArray($"Organization: {authors}", $"Tool: virttime-release.sh-{version}") },
    ["packages"] = packages,
    ["files"] = files,
    ["relationships"] = relations,
};
JsonSerializerOptions options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
File.WriteAllText(Path.Combine(output, $"virttime-{version}.spdx.json"), document.ToJsonString(options) + "\n");

void Add(string name, string resolved, string license, string url, bool isTool)
{
    string id = "SPDXRef-Package-" + Idstring($"{name}-{resolved}");
    if (packages.Any(package => (string?)package!["SPDXID"] == id))
        return;
    JsonObject package = Package(id, name, resolved, license);
    package["externalRefs"] = Purl(url);
    packages.Add(package);
    relations.Add(isTool ? Relation(id, "BUILD_TOOL_OF", Root) : Relation(Root, "STATIC_LINK", id));
}

SortedDictionary<string, string> Restored(string lockFile)
{
    JsonNode content = JsonNode.Parse(File.ReadAllText(Path.Combine(sources, lockFile)))!;
    SortedDictionary<string, string> restored = new(StringComparer.Ordinal);
    foreach ((_, JsonNode? framework) in content["dependencies"]!.AsObject())
    {
        foreach ((string name, JsonNode? package) in framework!.AsObject())
        {
            if ((string?)package!["resolved"] is string resolved)
                restored[name] = resolved;
        }
    }

    return restored;
}

// The license that the package itself names. An older package may only name a page.
string License(string name, string resolved)
{
    string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
        ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
    string id = name.ToLowerInvariant(), specification = Path.Combine(cache, id, resolved, id + ".nuspec");
    XElement? license = File.Exists(specification)
        ? XDocument.Load(specification).Descendants().FirstOrDefault(element => element.Name.LocalName == "license") : null;
    return (string?)license?.Attribute("type") == "expression" ? license.Value : "NOASSERTION";
}

// The C library that was linked: the package of its static part, or the one that release.sh downloaded, in a directory PACKAGE_VERSION_ARCH.
static (string Package, string Version)? LibcPackage(string arch)
{
    if (arch == "arm64" && Environment.GetEnvironmentVariable("StaticLibc") is { Length: > 0 } directory)
    {
        string[] parts = Array.Find(directory.Split('/'), part => part.EndsWith("_" + arch, StringComparison.Ordinal))!.Split('_');
        return (parts[0], parts[1]);
    }

    string? archive = Output(arch == "arm64" ? "aarch64-linux-gnu-gcc" : "gcc", "-print-file-name=libc.a");
    string? owner = archive == null ? null : Output("dpkg-query", "--search", Path.GetFullPath(archive))?.Split(':')[0];
    string? version = owner == null ? null : Output("dpkg-query", "--show", "--showformat=${Version}", owner);
    return version == null ? null : (owner!, version);
}

static string? Output(string program, params string[] arguments)
{
    try
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string text = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 && text.Length > 0 ? text : null;
    }
    catch (System.ComponentModel.Win32Exception)
    {
        return null;
    }
}

static JsonArray Purl(string url) => new(new JsonObject
{
    ["referenceCategory"] = "PACKAGE-MANAGER",
    ["referenceType"] = "purl",
    ["referenceLocator"] = Uri.EscapeDataString(url).Replace("%2F", "/").Replace("%3A", ":").Replace("%40", "@"),
});

static JsonObject Package(string id, string name, string version, string license) => new()
{
    ["SPDXID"] = id,
    ["name"] = name,
    ["versionInfo"] = version,
    ["downloadLocation"] = "NOASSERTION",
    ["filesAnalyzed"] = false,
    ["licenseConcluded"] = license,
    ["licenseDeclared"] = license,
    ["copyrightText"] = "NOASSERTION",
};

static JsonObject Relation(string from, string type, string to) =>
    new() { ["spdxElementId"] = from, ["relationshipType"] = type, ["relatedSpdxElement"] = to };

static JsonObject Checksum(string algorithm, string value) => new() { ["algorithm"] = algorithm, ["checksumValue"] = value };

static string Idstring(string name) => Regex.Replace(name, "[^A-Za-z0-9.-]", "-");
