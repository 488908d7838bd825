using System.Text.Json;
using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Config;

/// <summary>A config file with a later version or with unknown flags is not used, because its contents may have another meaning.</summary>
public class NewerVersionTests
{
    private const long VersionPosition = ConfigLayout.ExtensionPosition + 8;
    private const int UnknownFlag = 32;

    // The options of each use of a file.
    private static readonly string[] s_uses =
        ["--json", "--save", "--monotonic-at 5s", "--monotonic-at 5s --keep-waits", "--advance 1h", "--force --monotonic-at 5s", "-- true", "--print-env"];

    /// <summary>Version, flags, and the use.</summary>
    public static TheoryData<int, int, string> Uses()
    {
        TheoryData<int, int, string> rows = [];
        foreach (string use in s_uses)
        {
            rows.Add(3, 0, use);
            rows.Add(1, UnknownFlag, use);
        }

        rows.Add(-1, 0, "-- true");
        rows.Add(1, int.MinValue, "-- true");
        return rows;
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Uses))]
    public async Task Launcher_refuses_it_and_leaves_it_as_it_is(int version, int flags, string use)
    {
        using TemporaryDirectory directory = new();
        string path = await MakeAsync(directory, version, flags);
        ConfigOnDisk before = ConfigOnDisk.Read(path);
        Result result = await Command.Launcher(["--config", path, .. use.Split(' ')]).RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith($"virttime-run: --config {path}: was created or changed by a newer VirtTime", line, StringComparison.Ordinal);
        ConfigOnDisk after = ConfigOnDisk.Read(path);
        Assert.Equal((before.Offset, before.Extension.sequence), (after.Offset, after.Extension.sequence));
        Assert.Equal((before.Extension.version, before.Extension.flags), (after.Extension.version, after.Extension.flags));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(3, 0, false)]
    [InlineData(1, UnknownFlag, false)]
    [InlineData(1, 0, true)]
    [InlineData(1, 8, true)]
    [InlineData(0, 0, true)]
    public async Task Library_leaves_the_program_on_the_hosts_clocks(int version, int flags, bool isTaken)
    {
        using TemporaryDirectory directory = new();
        string path = await MakeAsync(directory, version, flags);
        Command watch = Command.Of(await NativeProgram.BuildAsync("watch_clock.c")).UnderConfigAt(path);
        decimal host = HostClock.Monotonic();
        Result result = (await watch.RunAsync()).Succeeded();
        Limits.AssertJustAfter(isTaken ? 12345 : host, result.Number("clock"));
        if (isTaken)
            Assert.Empty(result.Error);
        else
            Assert.Equal(
                $"libvirttime: {path}: needs a newer libvirttime.so; the program runs on the host's clocks", Assert.Single(result.ErrorLines));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task File_without_a_block_is_taken()
    {
        using Harness.ConfigFile config = Harness.ConfigFile.At(12345);
        Command watch = Command.Of(await NativeProgram.BuildAsync("watch_clock.c")).Under(config);
        Limits.AssertJustAfter(12345, (await watch.RunAsync()).Succeeded().Number("clock"));
        Assert.Null((await StateJson.OfAsync("--config", config.Path)).MadeOnThisBoot);
    }

    // A newer launcher has changed the file while the program runs.
    [Fact(Timeout = Limits.Test)]
    public async Task Program_that_runs_on_one_is_named_and_its_clocks_are_not_guessed()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", path);
        Write(path, 3, 0);
        Result result = await Command.Launcher("--pid", $"{waiting.Thread}").RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Contains("newer VirtTime", Assert.Single(result.ErrorLines), StringComparison.Ordinal);

        string list = (await Command.Launcher("--list", "--json").RunAsync()).Succeeded().Output;
        JsonElement listed = Assert.Single(
            JsonDocument.Parse(list).RootElement.EnumerateArray(), program => program.GetProperty("process").GetInt32() == waiting.Thread);
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("clocks").ValueKind);
    }

    private static async Task<string> MakeAsync(TemporaryDirectory directory, int version, int flags)
    {
        string path = directory.File("conf");
        (await Command.Launcher("--config", path, "--monotonic-at", "12345s").RunAsync()).Succeeded();
        Write(path, version, flags);
        return path;
    }

    private static void Write(string path, int version, int flags)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file.SafeFileHandle, [.. BitConverter.GetBytes(version), .. BitConverter.GetBytes(flags)], VersionPosition);
    }
}
