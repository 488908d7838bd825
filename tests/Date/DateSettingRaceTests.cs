using System.Globalization;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Programs that set the clock at the same time, under signals, or that are killed meanwhile.</summary>
public class DateSettingRaceTests
{
    private const long When = 1_000_000_000;

    [Fact(Timeout = Limits.Test)]
    public async Task Signal_handler_that_reads_the_date_does_not_hang_and_reads_what_was_set()
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        Result result = (await (await StormAsync(config)).RunAsync()).Succeeded();
        Assert.InRange(result.Number("sets"), 1, decimal.MaxValue);
        Assert.InRange(result.Number("reads"), 1, decimal.MaxValue);
        Assert.Equal(0, result.Number("wrong"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Two_at_the_same_time_leave_a_sound_file()
    {
        ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        using BlockedProgram waiting = await BlockedProgram.StartAsync(config, "sem_timedwait", "REALTIME");
        Result[] results = await Task.WhenAll((await StormAsync(config)).RunAsync(), (await StormAsync(config)).RunAsync());

        Assert.All(results, result => Assert.Equal(0, result.Succeeded().Number("wrong")));
        AssertWhole(config);
        Assert.Equal(waiting.Deadline + config.RealtimeOffset, waiting.Slot.Deadline);
        Assert.InRange(await ReadAsync(config), When, When + 1000 + 30);
    }

    // The program is killed after each of its stores to the file. The next reader completes the change, or finds that it had not begun.
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Killed_at_any_change_it_leaves_what_the_next_reader_makes_whole()
    {
        string killer = await NativeProgram.BuildAsync("config/kill_at_store.c");
        string setter = await DateSetting.BuildAsync("set_date");
        int kills = 0;
        for (int number = 1; ; number++)
        {
            ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
            decimal offset = config.RealtimeOffset;
            using BlockedProgram waiting = await BlockedProgram.StartAsync(config, "clock_nanosleep", "REALTIME");
            Command command = await DateSetting.FilteredAsync(
                killer, $"{number}", config.Path, "/usr/bin/env", $"LD_PRELOAD={Paths.Library}", $"VIRT_TIME_CONF={config.Path}",
                setter, When.ToString(CultureInfo.InvariantCulture), "by_clock_settime");
            Result killed = await command.RunAsync();
            Assert.SkipWhen(killed.ExitCode is 2 or 3, $"needs to trace programs: {killed}");
            if (killed.ExitCode == 1)
                break;
            killed.Succeeded();
            kills++;

            decimal read = await ReadAsync(config);
            AssertWhole(config);
            Assert.True(
                config.RealtimeOffset == offset || HostClock.Realtime() - config.RealtimeOffset is >= When and <= When + 30,
                $"after {number} changes the offset was {config.RealtimeOffset}");
            Limits.AssertJustAfter(config.RealtimeOffset == offset ? Dates.Ahead : When, read);
            Assert.Equal(waiting.Deadline + config.RealtimeOffset, waiting.Slot.Deadline);
        }

        Assert.InRange(kills, 10, 1000);
    }

    private static void AssertWhole(ConfigFile config) => Assert.True(config.Sequence % 2 == 0, $"the sequence is {config.Sequence}");

    private static async Task<decimal> ReadAsync(ConfigFile config) =>
        (await Command.Of("date", "+now=%s.%N").Under(config).RunAsync()).Succeeded().Number("now");

    private static async Task<Command> StormAsync(ConfigFile config) =>
        (await DateSetting.FilteredAsync(await DateSetting.BuildAsync("set_storm"), When.ToString(CultureInfo.InvariantCulture), "1000")).Under(config);
}
