using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Config;

/// <summary>A change of the rate happens completely or not at all, wherever the launcher is killed.</summary>
public class RateCrashTests
{
    private const int Thread = 5;
    private const int Other = 6;
    private const int MostStores = 150;

    [Theory(Timeout = 2 * Limits.Test)]
    [InlineData("1.5", "3600")]
    [InlineData("0", "2")]
    [InlineData("1", "0")]
    public async Task Next_launcher_completes_what_a_killed_one_began(string before, string after)
    {
        string killer = await NativeProgram.BuildAsync("config/kill_at_store.c");
        int changed = 0, unchanged = 0;
        for (int number = 1; number < MostStores; number++)
        {
            using ConfigFile config = await MakeAsync(before);
            ClockLine old = ConfigOnDisk.Read(config.Path).Line;
            string[] change = ["--force", "--no-freeze", "--config", config.Path, "--realtime-rate", after];
            Result killed = await Command.Of(killer, [$"{number}", config.Path, Paths.Launcher, .. change]).RunAsync();
            Assert.SkipWhen(killed.ExitCode is 2 or 3, $"needs to trace programs: {killed}");
            (await Command.Launcher("--config", config.Path, "--", "true").RunAsync()).Succeeded();

            ConfigOnDisk.Read(config.Path).AssertWhole();
            ClockLine line = ConfigOnDisk.Read(config.Path).Line;
            bool isChanged = !ClockLine.AreEqual(old, line);
            changed += isChanged ? 1 : 0;
            unchanged += isChanged ? 0 : 1;
            timespec deadline = new() { tv_sec = 4_000_000_000, tv_nsec = 500_000_000 };
            timespec expected = isChanged ? ClockLine.Move(old, line, line.reference, deadline) : deadline;
            Assert.Equal(expected.tv_sec + (expected.tv_nsec / 1_000_000_000m), config.Slot(Thread));
            Assert.Equal(4_000_000_000.5m, config.Slot(Other));
            if (killed.ExitCode != 1)
                continue;
            Assert.InRange(changed, 1, MostStores);
            Assert.InRange(unchanged, 1, MostStores);
            return;
        }

        Assert.Fail("it never ended");
    }

    // A user who may only read the file waits half a second for the writer, and then takes the new line from the writer's record.
    [Fact(Timeout = 3 * Limits.Test)]
    public async Task Reader_that_cannot_complete_a_change_sees_no_mixture_of_two_rates()
    {
        using OrdinaryUser user = new();
        string killer = await NativeProgram.BuildAsync("config/kill_at_store.c");
        int halfMade = 0;
        for (int number = 1; number < MostStores; number++)
        {
            using ConfigFile config = await MakeAsync("100000");
            File.SetUnixFileMode(Path.GetDirectoryName(config.Path)!, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(config.Path, (UnixFileMode)0b110_100_100);
            decimal before = await ReadDateAsync(Command.Of("date", "+%s.%N").Under(config));
            string[] change = ["--force", "--no-freeze", "--config", config.Path, "--realtime-rate", "1"];
            Result killed = await Command.Of(killer, [$"{number}", config.Path, Paths.Launcher, .. change]).RunAsync();
            Assert.SkipWhen(killed.ExitCode is 2 or 3, $"needs to trace programs: {killed}");
            if (killed.ExitCode == 1)
            {
                Assert.InRange(halfMade, 10, MostStores);
                return;
            }

            if (!ConfigOnDisk.Read(config.Path).IsBeingChanged)
                continue;
            halfMade++;
            decimal between = await ReadDateAsync(user.Launch("--config", config.Path, "--", "date", "+%s.%N"));
            Assert.True(ConfigOnDisk.Read(config.Path).IsBeingChanged);
            decimal after = await ReadDateAsync(Command.Of("date", "+%s.%N").Under(config));
            Assert.InRange(between, before, after);
        }

        Assert.Fail("it never ended");
    }

    private static async Task<decimal> ReadDateAsync(Command date) =>
        decimal.Parse((await date.RunAsync()).Succeeded().Output, CultureInfo.InvariantCulture);

    private static async Task<ConfigFile> MakeAsync(string rate)
    {
        const int CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1;
        ConfigFile config = ConfigFile.Create(-5);
        (await Command.Launcher("--config", config.Path, "--realtime-at", "@2000000000", "--realtime-rate", rate).RunAsync()).Succeeded();
        config.TakeSlot(Thread, CLOCK_REALTIME, 4_000_000_000, 500_000_000);
        config.TakeSlot(Other, CLOCK_MONOTONIC, 4_000_000_000, 500_000_000);
        return config;
    }
}
