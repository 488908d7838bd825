using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Processes;

/// <summary>A rate is not set in a file that a program uses with a library that does not know rates.</summary>
public class OlderLibraryTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("--realtime-rate", "2")]
    [InlineData("--realtime-rate", "2", "--no-freeze")]
    [InlineData("--realtime-rate", "2", "--keep-waits")]
    public async Task Rate_is_refused_for_a_user_that_maps_one_page(params string[] options)
    {
        using ConfigFile config = ConfigFile.AtDate(1_000_000_000);
        using MappingProgram user = await MappingProgram.StartAsync(config.Path, "rw", "one-page");
        Result result = await Command.Launcher(["--config", config.Path, .. options]).RunAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains($"process {user.ProcessId} uses it with a library", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(0UL, config.Sequence);

        (await Command.Launcher("--config", config.Path, "--realtime-offset", "1d").RunAsync()).Succeeded();
        (await Command.Launcher(["--config", config.Path, .. options, "--force"]).RunAsync()).Succeeded();
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("two-pages")]
    [InlineData]
    public async Task Rate_is_set_for_any_other_user(params string[] mappings)
    {
        using ConfigFile config = ConfigFile.AtDate(1_000_000_000);
        using MappingProgram user = await MappingProgram.StartAsync(config.Path, "rw", mappings);
        (await Command.Launcher("--config", config.Path, "--realtime-rate", "2").RunAsync()).Succeeded();
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(16)]
    [InlineData(4096)]
    [InlineData(VirtTime.Format.ConfigLayout.FileSize)]
    public async Task Library_maps_two_pages_of_a_file_of_any_size(long size)
    {
        using ConfigFile config = ConfigFile.At(5, size);
        using RunningProgram program = Command.Of("cat", "/proc/self/maps").Under(config).Start();
        string maps = (await program.EndAsync()).Succeeded().Output;
        string line = Assert.Single(maps.Split('\n'), line => line.Contains(" ---s 00000000 ", StringComparison.Ordinal) && line.EndsWith(config.Path, StringComparison.Ordinal));
        ulong[] ends = [.. line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-').Select(text => Convert.ToUInt64(text, 16))];
        Assert.Equal(2 * (ulong)Environment.SystemPageSize, ends[1] - ends[0]);
    }
}
