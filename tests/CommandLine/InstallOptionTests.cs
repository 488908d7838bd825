using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launcher;

/// <summary><c>--install DIR</c>: copies the launcher and the library into a directory, for images that have no <c>cp</c>.</summary>
public class InstallOptionTests
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101, Readable = (UnixFileMode)0b110_100_100;

    private static readonly string[] s_names = ["libvirttime.so", "virttime-run"];

    [Fact(Timeout = Limits.Test)]
    public async Task Both_files_are_copied_whatever_the_umask()
    {
        using TemporaryDirectory directory = new();
        Result result = await Command.Of("sh", "-c", "umask 077; exec \"$0\" --install \"$1\"", Paths.Launcher, directory.Path).RunAsync();
        Assert.Equal("", result.Succeeded().Output + result.Error);
        AssertInstalled(directory.Path);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Copy_runs_a_program_on_a_shifted_clock()
    {
        using TemporaryDirectory directory = new();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        (await Command.Launcher("--install", directory.Path).RunAsync()).Succeeded();
        Command command = Command.Of(directory.File("virttime-run"), "--monotonic-at", "12345s", "--", watch);
        Limits.AssertJustAfter(12345, (await command.RunAsync()).Succeeded().Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Directory_that_is_missing_is_made_as_the_last_part_of_its_path()
    {
        using TemporaryDirectory directory = new();
        (await Command.Launcher("--install", directory.File("new")).RunAsync()).Succeeded();
        AssertInstalled(directory.File("new"));
        await AssertFailsAsync(directory.File("a/b"), "the directory does not exist");
    }

    // The installed launcher copies itself over itself, as in an init container that runs twice.
    [Fact(Timeout = Limits.Test)]
    public async Task What_is_there_is_replaced_while_it_is_in_use()
    {
        using TemporaryDirectory directory = new();
        (await Command.Launcher("--install", directory.Path).RunAsync()).Succeeded();
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        string own = directory.File("virttime-run");
        using RunningProgram program = Command.Of(own, "--monotonic-at", "12345s", "--", watch).Start();
        await program.ReadNumberAsync("clock");

        (await Command.Of(own, "--install", directory.Path).RunAsync()).Succeeded();
        await program.WriteAsync("\n");
        Limits.AssertJustAfter(12345, await program.ReadNumberAsync("clock"));
        AssertInstalled(directory.Path);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task What_a_killed_one_left_is_swept()
    {
        using TemporaryDirectory directory = new();
        string left = directory.File($".virttime-run.new-{Path.GetFileName(File.ResolveLinkTarget("/proc/self/ns/pid", false)!.FullName)[5..^1]}-{int.MaxValue}");
        await File.WriteAllTextAsync(left, "half", TestContext.Current.CancellationToken);
        (await Command.Launcher("--install", directory.Path).RunAsync()).Succeeded();
        AssertInstalled(directory.Path);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task In_an_image_of_nothing_else_it_fills_a_volume()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory image = new();
        foreach (string file in Directory.GetFiles(Paths.Dist))
            image.Copy(file);
        Directory.CreateDirectory(image.File("volume"));

        // There is not even /proc in this image.
        (await Command.Of("chroot", image.Path, "/virttime-run", "--install", "/volume").RunAsync()).Succeeded();
        AssertInstalled(image.File("volume"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Full_disk_leaves_what_was_there()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        const string Script = "mount -t tmpfs -o size=1m none \"$1\"; echo old >\"$1/libvirttime.so\"; \"$0\" --install \"$1\"; echo $?; ls -A \"$1\"; cat \"$1/libvirttime.so\"";
        Result result = await Command.Of("unshare", "--mount", "sh", "-c", Script, Paths.Launcher, directory.Path).RunAsync();
        Assert.Equal(["125", "libvirttime.so", "old"], result.Lines);
        Assert.Contains("no space left on device", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Volume_that_is_mounted_noexec_is_refused()
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        const string Script = "mount -t tmpfs -o noexec none \"$1\"; \"$0\" --install \"$1\"; echo $?; ls -A \"$1\"";
        Result result = await Command.Of("unshare", "--mount", "sh", "-c", Script, Paths.Launcher, directory.Path).RunAsync();
        Assert.Equal(["125"], result.Lines);
        Assert.Contains("noexec", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Limit_on_the_size_of_files_is_an_error()
    {
        using TemporaryDirectory directory = new();
        Result result = await Command.Of("sh", "-c", "ulimit -f 100; exec \"$0\" --install \"$1\"", Paths.Launcher, directory.Path).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("ulimit -f", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("", "needs the name of a directory")]
    [InlineData("/dev/null", "not a directory")]
    [InlineData("/proc", "")]
    [InlineData("/tmp/with space", "cannot hold")]
    [InlineData("/tmp/with:colon", "cannot hold")]
    public Task Place_that_cannot_be_used_is_an_error(string path, string reason) => AssertFailsAsync(path, reason);

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at", "5s")]
    [InlineData("--config", "x")]
    [InlineData("--list")]
    [InlineData("--", "true")]
    public async Task Other_options_do_not_go_with_it(params string[] others)
    {
        using TemporaryDirectory directory = new();
        Result result = await Command.Launcher(["--install", directory.Path, .. others]).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.StartsWith("virttime-run: --", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    private static async Task AssertFailsAsync(string path, string reason)
    {
        Result result = await Command.Launcher("--install", path).RunAsync();
        Assert.Equal(125, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("virttime-run: --install", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
    }

    private static void AssertInstalled(string directory)
    {
        Assert.Equal(s_names, Directory.GetFileSystemEntries(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string name in s_names)
        {
            string copy = Path.Combine(directory, name);
            Assert.Equal(File.ReadAllBytes(Path.Combine(Paths.Dist, name)), File.ReadAllBytes(copy));
            Assert.Equal(name == "virttime-run" ? Executable : Readable, File.GetUnixFileMode(copy));
        }
    }
}
