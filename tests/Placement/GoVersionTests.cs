using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Placement;

/// <summary>Static programs of Debian's other Go versions, from its oldest release to its newest.</summary>
public class GoVersionTests
{
    private static readonly TimeSpan s_fetchLimit = TimeSpan.FromSeconds(300);

    [Theory(Timeout = 4 * Limits.Test)]
    [InlineData("bullseye", "1.15")]
    [InlineData("trixie", "1.24")]
    [InlineData("sid", "1.26")]
    public async Task Program_of_another_Go_version_runs_on_virtual_clocks(string suite, string version)
    {
        Needs.FullRun();
        string program = await GoPrograms.PlacedByAsync(await FetchAsync(suite, version), version);
        GoPrograms.AssertVirtual(await GoPrograms.Launch(program, "clocks").RunAsync());

        Result timers = (await GoPrograms.Launch(program, "timers").RunAsync()).Succeeded();
        Assert.All(timers.Lines, line => Limits.AssertWaited300(timers.Number(line[..line.IndexOf('=', StringComparison.Ordinal)])));

        Result server = (await GoPrograms.Launch(program, "serve", "5s").RunAsync()).Succeeded();
        Assert.Equal(0, server.Number("wrong"));
        Assert.InRange(server.Number("requests"), 10, decimal.MaxValue);

        Result stress = (await GoPrograms.Launch(program, "stress", "5s").RunAsync()).Succeeded();
        Assert.Equal(0, stress.Number("backwards"));
        Assert.InRange(stress.Number("readings"), 1000, decimal.MaxValue);
    }

    /// <summary>Returns the path of that version's <c>go</c>, fetched once, or skips the test.</summary>
    private static async Task<string> FetchAsync(string suite, string version)
    {
        Needs.Tool("apt-get");
        Needs.Tool("dpkg-deb");
        string root = Path.Combine(Paths.Root, "artifacts", "go-" + version);
        if (!Directory.Exists(root))
        {
            string fetch = Path.Combine(Paths.Programs, "old_glibc", "fetch.sh");
            Command command = Command.Of("sh", fetch, root, suite, $"golang-{version}-go", $"golang-{version}-src") with { Limit = s_fetchLimit };
            Result fetched = await command.RunAsync();
            Assert.SkipUnless(fetched.ExitCode == 0, $"cannot get Go {version} of Debian's {suite}: {fetched.Error.Trim()}");
        }

        return Path.Combine(root, "usr", "lib", "go-" + version, "bin", "go");
    }
}
