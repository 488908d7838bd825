using VirtTime.Tests.EndToEnd;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Real programs print the virtual date.</summary>
public class DateProgramTests
{
    public static TheoryData<string, long> PrintingAndDates() =>
        [.. DatePrograms.Printing.Keys.SelectMany(name => new[] { Dates.Ahead, Dates.Behind, Dates.Far, Dates.First }.Select(date => (name, date)))];

    public static TheoryData<string, long> RuntimesAndDates() => [.. Runtimes.All.SelectMany(name => new[] { Dates.Ahead, Dates.Behind }.Select(date => (name, date)))];

    public static TheoryData<string, long> RuntimesAndFarDates() =>
        [.. Runtimes.All.SelectMany(name => new[] { Dates.Far, Dates.First }.Where(date => Dates.CanBeIn(name, date)).Select(date => (name, date)))];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(PrintingAndDates))]
    public async Task Program_prints_the_virtual_date(string name, long date)
    {
        using TemporaryDirectory directory = new();
        (Result result, decimal earliest, decimal latest) = await Dates.RunAsync(DatePrograms.PrintingCommand(name, directory), date);
        Assert.InRange(result.Number("now"), earliest - DatePrograms.Printing[name], latest);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(RuntimesAndDates))]
    public Task Runtime_reads_the_virtual_date_and_its_waits_take_their_time(string runtime, long date) => AssertRuntimeAsync(runtime, date);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(RuntimesAndFarDates))]
    public Task Runtime_reads_a_date_at_the_ends_of_time(string runtime, long date)
    {
        Needs.FullRun();
        return AssertRuntimeAsync(runtime, date);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("rust", Dates.Ahead)]
    [InlineData("rust", Dates.Behind)]
    [InlineData("go", Dates.Ahead)]
    [InlineData("go", Dates.Behind)]
    [InlineData("go", Dates.Far)]
    public async Task Compiled_program_reads_the_virtual_date(string name, long date)
    {
        (Result result, decimal earliest, decimal latest) = await Dates.RunAsync(await DatePrograms.WaitingCommandAsync(name), date);
        Assert.InRange(result.Number("date"), earliest - 0.000001m, latest);
        if (name == "go")
            Assert.InRange(result.Number("c"), earliest - 1, latest);
    }

    private static async Task AssertRuntimeAsync(string runtime, long date)
    {
        (Command probe, string[] waits) = await Runtimes.ProbeAsync(runtime);
        (Result result, decimal earliest, decimal latest) = await Dates.RunAsync(probe, date);

        // Some of the programs print the date in whole milliseconds.
        Assert.InRange(result.Number("date"), earliest - 0.001m, latest);
        if (runtime == "java")
            Assert.InRange(result.Number("milliseconds") / 1000, earliest - 0.001m, latest);
        RuntimeTests.AssertWaits(waits, result);
    }
}
