using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Waits do not hang where the date is years away from the host's.</summary>
/// <remarks>
/// A wait for a duration takes that long by the host's monotonic clock. A wait until a date ends when the virtual date is reached.
/// </remarks>
public class DateWaitTests
{
    public static TheoryData<string, long> AllPrograms() => [.. DatePrograms.Waiting.Keys.Select(name => (name, Dates.Ahead))];

    public static TheoryData<string, long> AllProgramsAtOtherDates() =>
        [.. DatePrograms.Waiting.Keys.SelectMany(name =>
            new[] { Dates.Behind, Dates.Far, Dates.First }.Where(date => Dates.CanBeIn(name, date)).Select(date => (name, date)))];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(AllPrograms))]
    public Task Waits_end_on_time(string program, long date) => AssertEndOnTimeAsync(program, date);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(AllProgramsAtOtherDates))]
    public Task Waits_end_on_time_at_other_dates(string program, long date)
    {
        if ((program, date) is not (("java" or "c++"), Dates.Behind))
            Needs.FullRun();
        return AssertEndOnTimeAsync(program, date);
    }

    private static async Task AssertEndOnTimeAsync(string program, long date)
    {
        (Result result, _, _) = await Dates.RunAsync(await DatePrograms.WaitingCommandAsync(program), date);
        string[][] waits = [.. result.Lines.Where(line => line.StartsWith("wait ", StringComparison.Ordinal)).Select(line => line.Split(' '))];
        Assert.Equal(DatePrograms.Waiting[program], waits.Select(wait => wait[1]));
        foreach (string[] wait in waits)
        {
            Limits.AssertWaited300(decimal.Parse(wait[2], CultureInfo.InvariantCulture));
            if (DatePrograms.UntilDates.Contains(wait[1]))
                Assert.InRange(result.Number(wait[1] + "_after"), 0, 5000);
        }
    }
}
