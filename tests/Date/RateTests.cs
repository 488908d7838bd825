using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>A date that runs at another rate, as a program sees it.</summary>
public class RateTests
{
    private const decimal Date = Dates.Ahead;

    public static TheoryData<decimal> Rates() => [0, 0.5m, 1.0005m, 0.99995m, 7.3m, 3600, 1_000_000];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Rates))]
    public async Task Every_function_reads_the_date(decimal rate)
    {
        using ConfigFile config = ConfigFile.AtRate(Date, rate, out decimal reference);
        Result result = (await Command.Of(await NativeProgram.BuildAsync(DateReadings.Program), "3", "50").Under(config).RunAsync()).Succeeded();
        decimal[] dates = [.. DateReadings.Of(result.Lines).Where(reading => reading.Name == "clock_gettime(REALTIME)").Select(reading => reading.Read)];
        Assert.Equal(dates.Order(), dates);

        DateReadings.AssertRead(
            result.Lines, host => Date + ((host - reference) * rate), rate, [.. DateReadings.Always, .. DateReadings.OfGlibc]);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Rates))]
    public async Task Wait_ends_when_the_date_comes_and_never_before(decimal rate)
    {
        const int HostMilliseconds = 300, Functions = 14;
        using ConfigFile config = ConfigFile.AtRate(Date, rate, out _);
        string program = await NativeProgram.BuildAsync("date/rate_waits.c");
        long ahead = (long)(HostMilliseconds * (rate == 0 ? 1 : rate));
        Result result = (await Command.Of(program, ahead.ToString(CultureInfo.InvariantCulture)).Under(config).RunAsync()).Succeeded();
        Assert.Equal(Functions, result.Lines.Count);
        foreach (string[] wait in result.Lines.Select(line => line.Split(' ')))
        {
            Assert.Equal((wait[0], Expected(wait[0])), (wait[0], wait[1]));

            // At rate 0 the date never comes. The time that was left counts by the host's clock.
            decimal waited = decimal.Parse(wait[2], CultureInfo.InvariantCulture);
            Assert.True(waited >= (rate == 0 ? HostMilliseconds : (ahead / rate) - 0.1m) && waited < HostMilliseconds + 5000, $"{wait[0]} waited {waited} ms");
            long late = long.Parse(wait[3], CultureInfo.InvariantCulture);
            Assert.True(rate == 0 ? late == -ahead * 1_000_000 : late >= 0, $"{wait[0]} ended {late} ns after the date");
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Monotonic_clocks_and_relative_waits_stay_the_hosts(decimal rate)
    {
        using ConfigFile config = ConfigFile.AtRate(Date, rate, out _);
        string[] python = ["-c", "import time; a = time.monotonic(); time.sleep(0.3); print(f'passed={time.monotonic() - a:f}')"];
        Result result = (await Command.Of(Needs.Tool("python3"), python).Under(config).RunAsync()).Succeeded();
        Assert.InRange(decimal.Parse(result.Value("passed"), CultureInfo.InvariantCulture), 0.3m, 5);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Date_that_the_program_sets_goes_on_at_the_rate()
    {
        const string Script = """
            import time
            set = 1_000_000_000.25
            time.clock_settime(time.CLOCK_REALTIME, set)
            first = time.time()
            time.sleep(0.2)
            print(f'first={first - set:f}')
            print(f'passed={time.time() - first:f}')
            late = []
            for i in range(50):
                time.clock_settime(time.CLOCK_REALTIME, set)
                late.append(time.clock_gettime(5) - set)
                time.sleep(0.0013)
            print(f'coarse={min(late):f}')
            """;
        using ConfigFile config = ConfigFile.AtRate(Date, 1000, out _);
        Command command = await DateSetting.UnprivilegedAsync(Needs.Tool("python3"), "-c", Script);
        Result result = (await command.Under(config).RunAsync()).Succeeded();
        Assert.InRange(decimal.Parse(result.Value("first"), CultureInfo.InvariantCulture), 0, 1000);
        Assert.InRange(decimal.Parse(result.Value("passed"), CultureInfo.InvariantCulture), 200, 5000);

        // The host's coarse clock is up to a tick behind.
        Assert.InRange(decimal.Parse(result.Value("coarse"), CultureInfo.InvariantCulture), 0, 1000);
        Assert.Equal(0UL, config.Sequence & 1);
    }

    private static string Expected(string function) => function switch
    {
        "clock_nanosleep" or "clock_nanosleep/TAI" or "syscall(clock_nanosleep)" or "timer_settime" => "0",
        "timerfd_settime" => "1",
        "mtx_timedlock" => "4",
        _ => "110",
    };
}
