using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The packages, installed below a separate root directory with the tools that distributions use.</summary>
public class ReleasePackageTests
{
    private static readonly string[] s_everywhere =
    [
        "usr/bin/virttime-run",
        "usr/lib/virttime/libvirttime.so",
        "usr/lib/virttime/criu-action.sh",
        "usr/share/bash-completion/completions/virttime-run",
        "usr/share/fish/vendor_completions.d/virttime-run.fish",
        "usr/share/doc/virttime/README.md",
        "usr/share/doc/virttime/SECURITY.md",
        .. new[] { "architecture.md", "faq.md", "interposed-functions.md", "limits.md", "performance.md", "recipes.md", "support.md" }
            .Select(file => "usr/share/doc/virttime/docs/" + file),
        "usr/share/doc/virttime/THIRD-PARTY-NOTICES",
        .. new[]
        {
            "cluster/adjust.sh", "cluster/job.sh", "cluster/skewed-node.sh", "cluster/task-prolog.sh", "container/Containerfile", "container/compose.yaml",
            "container/pod-image-volume.yaml", "container/pod-steered.yaml", "container/pod.yaml",
        }.Select(file => "usr/share/doc/virttime/examples/" + file),
    ];

    [Fact(Timeout = Limits.Test)]
    public async Task Deb_is_installed_as_policy_has_it_and_removed_again()
    {
        Needs.Root();
        Needs.Tool("dpkg-deb");
        using TemporaryDirectory directory = new();
        string root = Directory.CreateDirectory(directory.File("root")).FullName;
        string database = Directory.CreateDirectory(Path.Combine(root, "var/lib/dpkg/info")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(database, "status"), "", TestContext.Current.CancellationToken);
        Command Dpkg(params string[] arguments) => Command.Of("dpkg", [$"--root={root}", "--force-script-chrootless", "--log=/dev/null", .. arguments]);
        (await Dpkg("--install", await DebAsync(directory)).RunAsync()).Succeeded();

        string[] debian =
        [
            "usr/share/zsh/vendor-completions/_virttime-run", "usr/share/man/man1/virttime-run.1.gz", "usr/share/man/man7/libvirttime.7.gz",
            "usr/share/doc/virttime/copyright", "usr/share/doc/virttime/changelog.gz", "usr/share/doc/virttime/changelog.Debian.gz",
            "usr/share/doc/virttime/examples/config-example.py", "usr/share/doc/virttime/examples/config-example.rs",
            "usr/share/lintian/overrides/virttime",
        ];
        Assert.Equal(s_everywhere.Concat(debian).Order(StringComparer.Ordinal), Release.FilesBelow(root).Where(file => file.StartsWith("usr/", StringComparison.Ordinal)));
        await Release.AssertWorksAsync(Path.Combine(root, "usr/bin/virttime-run"));
        (await Dpkg("--verify", "virttime").RunAsync()).Succeeded();
        (await Dpkg("--purge", "virttime").RunAsync()).Succeeded();
        Assert.False(Directory.Exists(Path.Combine(root, "usr")));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Lintian_finds_nothing_in_the_deb()
    {
        Needs.FullRun();
        Needs.Tool("lintian");
        using TemporaryDirectory directory = new();
        string[] options = ["--allow-root", "--display-info", "--pedantic"];
        Result result = await (Command.Of("lintian", [.. options, await DebAsync(directory)]) with { Limit = TimeSpan.FromSeconds(100) }).RunAsync();
        Assert.Equal("", result.Succeeded().Output);
    }

    // Each package format keeps these at its own place.
    [Fact(Timeout = Limits.Test)]
    public async Task Packages_name_the_licenses_the_home_and_the_date()
    {
        Needs.FullRun();
        Needs.Tool("rpmbuild");
        using TemporaryDirectory directory = new();
        string made = await Release.PackAsync(directory, "deb", "rpm", "tool"), version = await Release.VersionAsync();
        Result home = await Command.Of("sh", "-euc", ". \"$0\"; echo \"$homepage\"; echo \"$license\"", Path.Combine(Paths.Root, "scripts", "project")).RunAsync();
        string homepage = home.Succeeded().Lines[0], license = home.Lines[1];

        string rpm = (await Command.Of("rpm", "-qp", "--queryformat", "%{URL}\n%{LICENSE}\n%{SUMMARY}\n%{DESCRIPTION}", Path.Combine(made, $"virttime-{version}-1.x86_64.rpm"))
            .RunAsync()).Succeeded().Output;
        Assert.StartsWith($"{homepage}\n{license}\n", rpm, StringComparison.Ordinal);
        Result deb = await Command.Of("dpkg-deb", "--field", Path.Combine(made, $"virttime_{version}-1_amd64.deb")).RunAsync();
        Assert.Contains("Homepage: " + homepage, deb.Succeeded().Lines);
        Result tool = await Command.Of("unzip", "-p", Path.Combine(made, $"virttime-run.{version}.nupkg"), "virttime-run.nuspec").RunAsync();
        Assert.Contains($"<license type=\"expression\">{license}</license>", tool.Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains($"<projectUrl>{homepage}", tool.Output, StringComparison.Ordinal);
        Assert.All((string[])[rpm, deb.Output, tool.Output], description => Assert.Contains("date", description, StringComparison.Ordinal));

        Result files = await Command.Of("unzip", "-Z1", Path.Combine(made, $"virttime-run.linux-x64.{version}.nupkg")).RunAsync();
        string[] expected = ["LICENSE", "THIRD-PARTY-NOTICES", "scripts/container/pod.yaml", "scripts/cluster/job.sh"];
        Assert.Subset(files.Succeeded().Lines.ToHashSet(), expected.ToHashSet());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Links_of_the_installed_documents_lead_to_the_installed_examples()
    {
        using TemporaryDirectory directory = new();
        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        string document = await File.ReadAllTextAsync(directory.File("share/doc/virttime/docs/recipes.md"), TestContext.Current.CancellationToken);
        Assert.All((string[])["container", "cluster"], folder =>
        {
            Assert.Contains($"(../examples/{folder})", document, StringComparison.Ordinal);
            string[] recipes = Directory.GetFiles(Path.Combine(Paths.Root, "scripts", folder)).Select(Path.GetFileName).OfType<string>().ToArray();
            Assert.Equal(recipes.Order(StringComparer.Ordinal), Release.FilesBelow(directory.File($"share/doc/virttime/examples/{folder}")));
        });
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Rpm_is_installed_and_removed_again()
    {
        Needs.FullRun();
        Needs.Root();
        Needs.Tool("rpmbuild");
        using TemporaryDirectory directory = new();
        string package = Path.Combine(await Release.PackAsync(directory, "rpm"), $"virttime-{await Release.VersionAsync()}-1.x86_64.rpm");
        string root = Directory.CreateDirectory(directory.File("root")).FullName;
        Command Rpm(params string[] arguments) => Command.Of("rpm", ["--root", root, .. arguments]);
        (await Rpm("--initdb").RunAsync()).Succeeded();
        (await Rpm("--install", "--nodeps", package).RunAsync()).Succeeded();

        string[] fedora =
        [
            "usr/share/zsh/site-functions/_virttime-run", "usr/share/man/man1/virttime-run.1", "usr/share/man/man7/libvirttime.7",
            "usr/share/doc/virttime/CHANGELOG.md", "usr/share/doc/virttime/LICENSE",
            "usr/share/doc/virttime/config-example.py", "usr/share/doc/virttime/config-example.rs",
        ];
        Assert.Equal(s_everywhere.Concat(fedora).Order(StringComparer.Ordinal), Release.FilesBelow(Path.Combine(root, "usr")).Select(file => "usr/" + file)
            .Where(file => !file.StartsWith("usr/lib/sysimage", StringComparison.Ordinal)));
        await Release.AssertWorksAsync(Path.Combine(root, "usr/bin/virttime-run"));
        Assert.Empty((await Rpm("--verify", "--nodeps", "virttime").RunAsync()).Succeeded().Lines);
        (await Rpm("--erase", "virttime").RunAsync()).Succeeded();
        Assert.False(File.Exists(Path.Combine(root, "usr/bin/virttime-run")));
    }

    private static async Task<string> DebAsync(TemporaryDirectory directory) =>
        Path.Combine(await Release.PackAsync(directory, "deb"), $"virttime_{await Release.VersionAsync()}-1_amd64.deb");
}
