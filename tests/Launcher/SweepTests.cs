using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>Which private files a launch deletes, and which it must not.</summary>
public class SweepTests
{
    // Above the largest process id, so the makers of these files are gone.
    private const int GonePid = 4_194_305;

    private const int FileCount = 40;

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_a_process_has_in_its_environment_but_not_yet_mapped_stays()
    {
        using TemporaryDirectory runtime = new();
        string[] files = MakeLeftovers(runtime);
        using RunningProgram user = Naming(files[0]);
        await SweepAsync(runtime, descriptors: 1024);
        await SweepAsync(runtime, descriptors: 1024);

        Assert.True(File.Exists(files[0]));
        Assert.DoesNotContain(files[1..], File.Exists);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(36)]
    [InlineData(46)]
    public async Task It_stays_also_where_descriptors_are_few(int descriptors)
    {
        using TemporaryDirectory runtime = new();
        string[] files = MakeLeftovers(runtime);
        RunningProgram[] users = [.. files.Select(Naming)];
        try
        {
            await SweepAsync(runtime, descriptors);
            Assert.All(files, file => Assert.True(File.Exists(file), file));
        }
        finally
        {
            foreach (RunningProgram user in users)
                user.Dispose();
        }
    }

    private static string[] MakeLeftovers(TemporaryDirectory runtime)
    {
        string directory = runtime.File("virttime");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] files = [.. Enumerable.Range(0, FileCount).Select(i => Path.Combine(directory, $"{GonePid}.{i}"))];
        foreach (string file in files)
            File.WriteAllBytes(file, new byte[16]);
        return files;
    }

    private static RunningProgram Naming(string file) => Command.Of("sleep", "60").With("VIRT_TIME_CONF", file).Start();

    private static async Task SweepAsync(TemporaryDirectory runtime, int descriptors) =>
        (await Command.Of("sh", "-c", $"ulimit -n {descriptors}; exec \"$@\"", "sh", Paths.Launcher, "--monotonic-at", "1s", "--", "true")
            .With("XDG_RUNTIME_DIR", runtime.Path).RunAsync()).Succeeded();
}
