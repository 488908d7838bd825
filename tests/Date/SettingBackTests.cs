using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>A program sets its date back while its threads wait until a date. The kernel still has the earlier host deadline.</summary>
public class SettingBackTests
{
    private const int ETIMEDOUT = 110;
    private const int thrd_timedout = 4;

    // If such a wait times out before the virtual date, the library returns 0, as after a spurious wakeup. It cannot wait again, because the
    // condition variable may have been signalled meanwhile.
    private static readonly string[] s_spurious = ["pthread_cond_timedwait", "pthread_cond_clockwait", "cnd_timedwait"];

    [Fact(Timeout = Limits.Test)]
    public async Task No_wait_times_out_before_its_date_has_come()
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        Command command = await DateSetting.UnprivilegedAsync(await DateSetting.BuildAsync("set_back"));
        Result result = (await command.Under(config).RunAsync()).Succeeded();
        string[][] waits = [.. result.Lines.Skip(1).Select(line => line.Split(' '))];
        decimal setBackBy = decimal.Parse(result.Value("set_back_by"), CultureInfo.InvariantCulture);

        Assert.Equal(19, waits.Length);
        foreach (string[] wait in waits)
        {
            decimal early = decimal.Parse(wait[2], CultureInfo.InvariantCulture);
            bool isSpurious = s_spurious.Contains(wait[0]);
            Assert.Equal((wait[0], isSpurious ? 0 : TimedOut(wait[0])), (wait[0], int.Parse(wait[1], CultureInfo.InvariantCulture)));
            Assert.InRange(early, isSpurious ? 1 : -5000, isSpurious ? setBackBy : 0);
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Message_as_long_as_an_error_number_is_received_once()
    {
        using ConfigFile config = ConfigFile.AtDate(Dates.Ahead);
        Command command = Command.Of(await NativeProgram.BuildAsync("date/long_message.c"));
        Result result = (await command.Under(config).RunAsync()).Succeeded();
        Assert.Equal((ETIMEDOUT, 1), (result.Number("length"), result.Number("left")));
    }

    private static int TimedOut(string function) => function switch
    {
        "clock_nanosleep" or "raw_clock_nanosleep" => 0,
        "mtx_timedlock" => thrd_timedout,
        _ => ETIMEDOUT,
    };
}
