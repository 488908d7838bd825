using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Config;

/// <summary>A user with read permission only can hold the lock of a config file. The launcher names the process that holds it.</summary>
public class LockedFileTests
{
    private const int LauncherFailed = 125;

    [Fact(Timeout = Limits.Test)]
    public async Task Process_that_keeps_the_lock_is_named()
    {
        Needs.Root();
        using ConfigFile config = ConfigFile.At(12345);
        File.SetUnixFileMode(config.Path, (UnixFileMode)0x1a4);
        File.SetUnixFileMode(Path.GetDirectoryName(config.Path)!, (UnixFileMode)0x1ed);
        string flock = Needs.Tool("flock");
        string[] asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", flock, config.Path, "sh", "-c", "echo holder=$PPID; cat"];
        using RunningProgram locking = Command.Of(Needs.Tool("setpriv"), asNobody).Start();
        decimal holder = await locking.ReadNumberAsync("holder");
        decimal before = config.Offset;
        Result result = await Command.Launcher("--config", config.Path, "--advance", "1s").RunAsync();

        Assert.Equal(LauncherFailed, result.ExitCode);
        Assert.Contains($"process {holder} (flock)", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, config.Offset);
        locking.CloseInput();
        await locking.EndAsync();
        (await Command.Launcher("--config", config.Path, "--advance", "1s").RunAsync()).Succeeded();
    }
}
