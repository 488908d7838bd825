using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>A full filesystem, mounted in a mount namespace of its own.</summary>
public class FullDiskTests
{
    private const string MountTmpfs = "set -e; mount -t tmpfs -o size=$1,mode=0777 none \"$2\"; shift; cd \"$1\"; shift; ";

    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_says_so_when_there_is_no_room_for_a_config_file()
    {
        Result result = await RunAsync("4k", "exec \"$@\"", Paths.Launcher, "--monotonic-at", "12345s", "--config", "conf", "--", "echo", "ran");

        Assert.Equal(125, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("virttime-run: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Launcher_leaves_no_half_made_config_file()
    {
        Result result = await RunAsync("4k", "\"$@\" 2>&1 || ls -A", Paths.Launcher, "--monotonic-at", "12345s", "--config", "conf", "--", "true");
        Assert.StartsWith("virttime-run: ", Assert.Single(result.Lines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Wait_without_room_for_its_slot_takes_its_time()
    {
        using ConfigFile config = ConfigFile.At(12345);
        config.WriteRaw(ConfigLayout.ExtensionPosition, unchecked((long)ConfigExtension.MagicValue), ConfigExtension.CurrentVersion);
        string probe = await NativeProgram.BuildAsync("clock_probe.c");
        Result result = await RunAsync(
            "64k",
            "cp --sparse=always \"$3\" conf; dd if=/dev/zero of=fill bs=4k 2>/dev/null || true; LD_PRELOAD=$1 VIRT_TIME_CONF=conf exec \"$2\"",
            Paths.Library, probe, config.Path);

        result.Succeeded();
        Limits.AssertJustAfter(12345, result.Number("clock"));
        Limits.AssertWaited300(result.Number("slept_ms"));
        Limits.AssertWaited300(result.Number("waited_ms"));
    }

    private static async Task<Result> RunAsync(string size, string script, params string[] arguments)
    {
        await Needs.MountsAsync();
        using TemporaryDirectory directory = new();
        return await Command.Of("unshare", ["--mount", "sh", "-c", MountTmpfs + script, "sh", size, directory.Path, .. arguments]).RunAsync();
    }
}
