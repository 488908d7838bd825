using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Config;

/// <summary>Showing a config file reads it and changes nothing.</summary>
public class ShowingTests
{
    // The reads after these belong to the launcher's start, and do not name the file's path.
    private const int MostReads = 40;

    private const long SequencePosition = ConfigLayout.ExtensionPosition + 48;

    [Theory(Timeout = Limits.Test)]
    [InlineData(ConfigLayout.FileSize)]
    [InlineData(ConfigLayout.CFileSize)]
    [InlineData(16)]
    public async Task Nothing_of_the_file_changes_not_even_its_times(long size)
    {
        using Harness.ConfigFile config = Harness.ConfigFile.Create(-5, size);

        // The access time is long before the time of the last change. In that case a read would update it.
        File.SetLastAccessTimeUtc(config.Path, new DateTime(2001, 2, 3));
        string before = await StatusAsync(config.Path);
        (await Command.Launcher("--config", config.Path).RunAsync()).Succeeded();
        await StateJson.OfAsync("--config", config.Path);
        Assert.Equal(before, await StatusAsync(config.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_that_one_may_only_read_is_shown()
    {
        using OrdinaryUser user = new();
        string path = user.PathOf("conf");
        await StateJson.OfAsync("--config", path, "--monotonic-at", "5s", "--config-mode", "0644");
        StateJson.Of(await user.Launch("--config", path, "--json").RunAsync());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("retval=0", "was truncated")]
    [InlineData("error=EIO", "input/output error")]
    public async Task What_cannot_be_read_is_an_error(string injected, string reason)
    {
        string strace = Needs.Tool("strace");
        using Harness.ConfigFile config = Harness.ConfigFile.Create(-5);
        config.WriteRaw(ConfigLayout.SlotsPosition + 160, 77, 0);
        for (int number = 1; number < MostReads; number++)
        {
            string[] options = ["-o", "/dev/null", "-P", config.Path, "-e", $"inject=pread64:{injected}:when={number}"];
            Result result = await Command.Of(strace, [.. options, Paths.Launcher, "--config", config.Path]).RunAsync();
            if (result.ExitCode == 0)
            {
                Assert.InRange(number, 4, MostReads);
                return;
            }

            Assert.Equal((125, ""), (result.ExitCode, result.Output));
            Assert.Contains(reason, Assert.Single(result.ErrorLines), StringComparison.OrdinalIgnoreCase);
        }

        Assert.Fail("it never ended");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Change_that_was_begun_is_waited_for()
    {
        using Harness.ConfigFile config = Harness.ConfigFile.Create(-5);
        string path = config.Path;
        await StateJson.OfAsync("--config", path, "--monotonic-at", "5s");
        for (int i = 0; i < 5; i++)
        {
            config.WriteRaw(SequencePosition, 1001, 0);
            Task<Result> showing = Command.Launcher("--config", path).RunAsync();
            await Task.Delay(20, TestContext.Current.CancellationToken);
            config.WriteRaw(SequencePosition, 1002, 0);
            Assert.Empty((await showing).Succeeded().Error);
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Change_that_was_never_finished_is_told_and_stays()
    {
        using Harness.ConfigFile config = Harness.ConfigFile.Create(-5);
        await StateJson.OfAsync("--config", config.Path, "--monotonic-at", "5s");
        config.WriteRaw(SequencePosition, 1001, 0);
        Result result = (await Command.Launcher("--config", config.Path, "--json").RunAsync()).Succeeded();
        Limits.AssertJustAfter(5, StateJson.Of(result).Virtual());
        Assert.Contains("a writer ended before it finished a change", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.True(ConfigOnDisk.Read(config.Path).IsBeingChanged);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_with_a_lease_on_it_is_waited_for()
    {
        using Harness.ConfigFile made = Harness.ConfigFile.Create(-5);
        using TemporaryDirectory directory = new();
        string copy = directory.Copy(made.Path);
        Command holder = Command.Of(await NativeProgram.BuildAsync("hold_lease.c"), copy);
        string[][] uses = [["--json"], ["--monotonic-at", "5s"], ["--", "true"]];
        foreach (string[] use in uses)
        {
            Result result = await (holder with { Arguments = [copy, Paths.Launcher, "--config", copy, .. use] }).RunAsync();
            Assert.Empty(result.Succeeded().Error);
            Assert.InRange(result.Duration.TotalSeconds, 0.28, 20);
        }
    }

    // Size, blocks, and all times to the nanosecond.
    private static async Task<string> StatusAsync(string path) =>
        (await Command.Of("stat", "--format=%s %b %.9X %.9Y %.9Z", path).RunAsync()).Succeeded().Output;
}
