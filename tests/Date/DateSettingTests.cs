using System.Globalization;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Where the date is virtual, setting the clock sets the virtual date for all programs with the same file, and never the host's.</summary>
public class DateSettingTests
{
    private const long When = 1_000_000_000;
    private const long Step = 10_000;

    [Theory(Timeout = Limits.Test)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_way_to_set_the_clock_sets_the_virtual_one(bool isPrivileged)
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal before = HostClock.Monotonic();
        var outcomes = await SetAsync(config, isPrivileged, DateSetting.Setters);
        decimal after = HostClock.Monotonic();

        foreach (((string way, int error, decimal realtime, decimal monotonic), int i) in outcomes.Select((outcome, i) => (outcome, i)))
        {
            Assert.Equal((way, 0), (way, error));
            Limits.AssertJustAfter(When + (i * Step), realtime);
            Assert.InRange(monotonic, before, after);
        }

        Assert.Equal(0, config.Offset);
        Limits.AssertJustAfter(When + ((DateSetting.Setters.Length - 1) * Step), HostClock.Realtime() - config.RealtimeOffset);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_would_adjust_the_clock_or_set_the_zone_is_not_permitted(bool isPrivileged)
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal offset = config.RealtimeOffset;
        var outcomes = await SetAsync(config, isPrivileged, DateSetting.Adjusters);

        Assert.All(outcomes, outcome => Assert.Equal((outcome.Way, DateSetting.NotPermitted), (outcome.Way, outcome.Error)));
        Assert.Equal(offset, config.RealtimeOffset);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task What_only_reads_is_let_through()
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal offset = config.RealtimeOffset;
        var outcomes = await SetAsync(config, isPrivileged: false, DateSetting.Readers);

        Assert.All(outcomes, outcome => Assert.Equal((outcome.Way, 0), (outcome.Way, outcome.Error)));
        Assert.Equal(offset, config.RealtimeOffset);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("negative_nanoseconds", 22)]
    [InlineData("too_many_nanoseconds", 22)]
    [InlineData("before_1970", 22)]
    [InlineData("negative_microseconds", 22)]
    [InlineData("too_many_microseconds", 22)]
    [InlineData("timeval_before_1970", 22)]
    [InlineData("in_2232", 22)]
    [InlineData("beyond_any_date", 22)]
    [InlineData("no_time", 14)]
    [InlineData("bad_pointer", 14)]
    [InlineData("raw_bad_pointer", 14)]
    [InlineData("bad_timex", 14)]
    [InlineData("monotonic", 22)]
    [InlineData("tai", 22)]
    [InlineData("unknown_clock", 22)]
    public async Task What_is_no_time_or_no_clock_to_set_is_an_error_and_changes_nothing(string way, int error)
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal offset = config.RealtimeOffset;
        var outcomes = await SetAsync(config, isPrivileged: false, way);

        Assert.Equal(error, outcomes.Single().Error);
        Assert.Equal(offset, config.RealtimeOffset);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Where_the_date_is_the_hosts_the_real_calls_are_made()
    {
        using ConfigFile config = ConfigFile.At(12345);
        string[] ways = [.. DateSetting.Setters, .. DateSetting.Adjusters.Except(["time_and_zone"]), .. DateSetting.Readers];
        var outcomes = await SetAsync(config, isPrivileged: true, ways);

        Assert.All(outcomes, outcome => Assert.Equal((outcome.Way, DateSetting.Denied), (outcome.Way, outcome.Error)));
        Assert.Equal(0, config.RealtimeOffset);
    }

    // The filter is only a second guard. If a call had reached it, the tests above would have seen its error.
    [Fact(Timeout = Limits.Test)]
    public async Task Hosts_clock_has_not_moved_when_a_privileged_program_has_called_all_of_them()
    {
        Needs.Root();
        using ConfigFile config = ConfigFile.AtDate(Dates.Behind);
        decimal before = await HostIsAheadAsync();
        var outcomes = await SetAsync(config, isPrivileged: true, [.. DateSetting.Setters, .. DateSetting.Adjusters]);
        decimal after = await HostIsAheadAsync();

        Assert.DoesNotContain(outcomes, outcome => outcome.Error == DateSetting.Denied);
        Assert.InRange(after - before, -0.1m, 0.1m);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Date_sets_the_virtual_clock()
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        (await (await DateSetting.FilteredAsync("date", "-s", "2001-09-09T01:46:40Z")).Under(config).RunAsync()).Succeeded();
        Result date = (await Command.Of("date", "+now=%s").Under(config).RunAsync()).Succeeded();
        Limits.AssertJustAfter(When, date.Number("now"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Programs_that_run_see_it_too()
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        using RunningProgram watching = Command.Of(await NativeProgram.BuildAsync("date/date_reads.c"), "watch").Under(config).Start();
        Limits.AssertJustAfter(Dates.Ahead, await TimeAsync(watching));
        await SetAsync(config, isPrivileged: true, "by_clock_settime");
        await watching.WriteAsync("\n");
        Limits.AssertJustAfter(When, await TimeAsync(watching));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Is_not_permitted_where_the_file_is_not_writable()
    {
        Needs.Root();
        Needs.Tool("setpriv");
        using TemporaryDirectory directory = new TemporaryDirectory().Public();
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal offset = config.RealtimeOffset;
        string readable = directory.Copy(config.Path);
        string library = directory.Copy(Paths.Library);
        string program = directory.Copy(await DateSetting.BuildAsync("set_date"));
        Command command = (await DateSetting.FilteredAsync(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "env", $"LD_PRELOAD={library}", $"VIRT_TIME_CONF={readable}",
                program, $"{When}", .. DateSetting.Setters])) with { WorkingDirectory = directory.Path };
        var outcomes = DateSetting.Outcomes(await command.RunAsync());

        Assert.All(outcomes, outcome => Assert.Equal((outcome.Way, DateSetting.NotPermitted), (outcome.Way, outcome.Error)));
        Assert.All(outcomes, outcome => Limits.AssertJustAfter(Dates.Ahead, outcome.Realtime));
        using ConfigFile after = ConfigFile.Open(readable);
        Assert.Equal(offset, after.RealtimeOffset);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("clock_nanosleep", "REALTIME", true)]
    [InlineData("clock_nanosleep", "TAI", true)]
    [InlineData("sem_timedwait", "REALTIME", true)]
    [InlineData("pthread_cond_timedwait", "REALTIME", true)]
    [InlineData("clock_nanosleep", "MONOTONIC", false)]
    public async Task Deadlines_in_flight_move_with_the_date_and_others_stay(string function, string clock, bool moves)
    {
        ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal offset = config.RealtimeOffset;
        using BlockedProgram program = await BlockedProgram.StartAsync(config, function, clock);
        (decimal deadline, int mark) = program.Slot;
        Assert.Equal(program.Deadline + (moves ? offset : 0), deadline);
        await SetAsync(config, isPrivileged: true, "by_clock_settime");

        Assert.InRange(config.RealtimeOffset - offset, Dates.Ahead - When - 30, Dates.Ahead - When + 60);
        Assert.Equal((deadline + (moves ? config.RealtimeOffset - offset : 0), mark), program.Slot);
        await program.TellAsync("release");
        await program.ReadAsync("error");
        Assert.Equal((0, 0), program.Slot);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Waits_for_the_lock_that_somebody_else_holds()
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal offset = config.RealtimeOffset;
        using RunningProgram locking = Command.Of(Needs.Tool("flock"), config.Path, "sh", "-c", "echo locked=1; cat").Start();
        await locking.ReadNumberAsync("locked");
        using RunningProgram setting = (await SetterAsync(config, isPrivileged: true, "by_clock_settime")).Start();
        Task<Result> end = setting.EndAsync();
        await Task.WhenAny(end, Task.Delay(1000, TestContext.Current.CancellationToken));
        Assert.False(end.IsCompleted);
        Assert.Equal(offset, config.RealtimeOffset);

        locking.CloseInput();
        await locking.EndAsync();
        Assert.Equal(0, DateSetting.Outcomes(await end).Single().Error);
        Limits.AssertJustAfter(When, HostClock.Realtime() - config.RealtimeOffset);
    }

    // A user with read permission only can hold the lock of the file.
    [Fact(Timeout = Limits.Test)]
    public async Task Gives_up_after_two_seconds_of_waiting_for_the_lock_in_which_signals_arrive()
    {
        const int Again = 11;
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        decimal offset = config.RealtimeOffset;
        using RunningProgram locking = Command.Of(Needs.Tool("flock"), config.Path, "sh", "-c", "echo locked=1; cat").Start();
        await locking.ReadNumberAsync("locked");
        string[] date = [When.ToString(CultureInfo.InvariantCulture)];
        Command setter = await DateSetting.UnprivilegedAsync(await DateSetting.BuildAsync("set_locked"), date);
        Result result = (await setter.Under(config).RunAsync()).Succeeded();

        Assert.Equal(Again, result.Number("error"));
        Assert.InRange(result.Number("took_ms"), 1900, 15_000);
        Assert.InRange(result.Number("signals"), 5, 1000);
        Assert.Equal(offset, config.RealtimeOffset);
    }

    private static async Task<(string Way, int Error, decimal Realtime, decimal Monotonic)[]> SetAsync(
        ConfigFile config, bool isPrivileged, params string[] ways)
    {
        var outcomes = DateSetting.Outcomes(await (await SetterAsync(config, isPrivileged, ways)).RunAsync());
        Assert.Equal(ways, outcomes.Select(outcome => outcome.Way));
        return outcomes;
    }

    private static async Task<Command> SetterAsync(ConfigFile config, bool isPrivileged, params string[] ways)
    {
        string program = await DateSetting.BuildAsync("set_date");
        string[] arguments = [When.ToString(CultureInfo.InvariantCulture), .. ways];
        Command command = isPrivileged ? await DateSetting.FilteredAsync(program, arguments) : await DateSetting.UnprivilegedAsync(program, arguments);
        return command.Under(config);
    }

    private static async Task<decimal> HostIsAheadAsync() =>
        (await Command.Of(await DateSetting.BuildAsync("host_clock")).RunAsync()).Succeeded().Number("ahead");

    private static async Task<decimal> TimeAsync(RunningProgram watching)
    {
        decimal time = 0;
        for (string line = await watching.ReadLineAsync(); line != "end"; line = await watching.ReadLineAsync())
        {
            string[] parts = line.Split(' ');
            if (parts[0] == "time")
                time = decimal.Parse(parts[2], CultureInfo.InvariantCulture);
        }

        return time;
    }
}
