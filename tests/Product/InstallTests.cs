using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>scripts/install.sh</c>.</summary>
public class InstallTests
{
    private static readonly string[] s_files =
    [
        "bin/virttime-run",
        "lib/virttime/libvirttime.so",
        "lib/virttime/criu-action.sh",
        "share/man/man1/virttime-run.1",
        "share/man/man7/libvirttime.7",
        "share/bash-completion/completions/virttime-run",
        "share/zsh/site-functions/_virttime-run",
        "share/fish/vendor_completions.d/virttime-run.fish",
        "share/doc/virttime/config-example.py",
        "share/doc/virttime/config-example.rs",
        "share/doc/virttime/examples/container/Containerfile",
        "share/doc/virttime/examples/cluster/job.sh",
        "share/doc/virttime/examples/cluster/skewed-node.sh",
    ];

    [Fact(Timeout = Limits.Test)]
    public async Task Everything_is_installed_below_DESTDIR_and_PREFIX()
    {
        using TemporaryDirectory directory = new();
        (await Installation.Command("/opt/shift", directory.File("a stage")).RunAsync()).Succeeded();
        Assert.All(s_files, file => Assert.True(File.Exists(directory.File($"a stage/opt/shift/{file}")), file));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Uninstalling_leaves_nothing()
    {
        using TemporaryDirectory directory = new();
        (await Installation.Command("/opt/shift", directory.File("stage")).RunAsync()).Succeeded();
        Assert.NotEmpty(Directory.GetFileSystemEntries(directory.Path));
        (await Installation.Command("/opt/shift", directory.File("stage"), "uninstall").RunAsync()).Succeeded();
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Uninstalling_leaves_what_was_there_before()
    {
        using TemporaryDirectory directory = new();
        string other = directory.File("share/man/man1/other.1");
        Directory.CreateDirectory(directory.File("bin"));
        Directory.CreateDirectory(Path.GetDirectoryName(other)!);
        await File.WriteAllTextAsync(other, "", TestContext.Current.CancellationToken);

        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        (await Installation.Command(directory.Path, "", "uninstall").RunAsync()).Succeeded();
        Assert.Equal(
            ["bin", "share", "share/man", "share/man/man1", "share/man/man1/other.1"],
            Directory.GetFileSystemEntries(directory.Path, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(directory.Path, path)).Order());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Installed_launcher_finds_its_library()
    {
        using TemporaryDirectory directory = new();
        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        Command command = Command.Of(directory.File("bin/virttime-run"), "--monotonic-at", "12345s", "--", watch);
        Limits.AssertJustAfter(12345, (await command.RunAsync()).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_goes_on_while_a_new_version_is_installed()
    {
        using TemporaryDirectory directory = new();
        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        using RunningProgram program = Command.Of(directory.File("bin/virttime-run"), "--monotonic-at", "12345s", "--", watch).Start();
        await program.ReadNumberAsync("clock");

        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        await program.WriteAsync("\n");
        Limits.AssertJustAfter(12345, await program.ReadNumberAsync("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Manual_finds_the_installed_pages()
    {
        await ManPageTests.NeedsManAsync();
        using TemporaryDirectory directory = new();
        (await Installation.Command(directory.Path).RunAsync()).Succeeded();
        Result result = await Command.Of("man", "-M", directory.File("share/man"), "--where", "virttime-run", "libvirttime").RunAsync();
        string[] pages = [directory.File("share/man/man1/virttime-run.1"), directory.File("share/man/man7/libvirttime.7")];
        Assert.Equal(pages, result.Succeeded().Lines);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("relative/path")]
    [InlineData("/opt/with space")]
    [InlineData("/opt/with:colon")]
    [InlineData("/opt/$LIB")]
    public async Task Prefix_that_LD_PRELOAD_cannot_hold_is_refused(string prefix)
    {
        using TemporaryDirectory directory = new();
        Result result = await Installation.Command(prefix, directory.Path).RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("install.sh: PREFIX: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Nothing_to_uninstall_is_an_error()
    {
        using TemporaryDirectory directory = new();
        Result result = await Installation.Command("/opt/shift", directory.Path, "uninstall").RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nothing is installed there", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task User_who_may_not_write_is_told_where_and_what_to_do(bool uninstalls)
    {
        Needs.Root();
        using TemporaryDirectory directory = new TemporaryDirectory().Public();
        foreach (string file in (string[])["scripts/install.sh", "scripts/files.list", "artifacts/dist/virttime-run", "artifacts/dist/libvirttime.so"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(directory.File(file))!);
            File.Copy(Path.Combine(Paths.Root, file), directory.File(file));
        }

        string prefix = directory.File("prefix");
        if (uninstalls)
            (await Installation.Command(prefix).RunAsync()).Succeeded();
        Command install = Command.Of(directory.File("scripts/install.sh"), uninstalls ? ["uninstall"] : []).With("PREFIX", prefix).With("DESTDIR", "");
        Result result = await Launching.OrdinaryUser.Run(install).RunAsync();
        Assert.Equal(1, result.ExitCode);
        string place = uninstalls ? $"{prefix}/" : directory.Path;
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"install.sh: {place}", line, StringComparison.Ordinal);
        Assert.Contains("use sudo, or a prefix of your own: PREFIX=$HOME/.local", line, StringComparison.Ordinal);
        Assert.Equal(uninstalls, Directory.Exists(prefix));
    }
}
