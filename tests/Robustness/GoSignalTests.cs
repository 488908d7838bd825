using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>
/// Go without cgo calls the copy of the vDSO on its own stacks, where signals interrupt it at any instruction. Such a program loads no libc if it is
/// dynamic.
/// </summary>
public class GoSignalTests
{
    private const decimal Date = 1930262400; // 2031-03-03

    [Fact(Timeout = Limits.Test)]
    public async Task Signals_may_interrupt_a_read()
    {
        using ConfigFile config = ConfigFile.AtDate(Date);
        AssertRead((await ((await RealPrograms.GoSignalsAsync("2")).Under(config) with { Limit = TimeSpan.FromSeconds(60) }).RunAsync()).Succeeded());
    }

    [Theory(Timeout = 2 * Limits.Test)]
    [InlineData(2)]
    [InlineData(60)]
    public async Task They_may_do_so_while_the_clocks_are_adjusted(int seconds)
    {
        Needs.FullRunIf(seconds > 2);
        using ConfigFile config = ConfigFile.AtDate(Date);
        Command command = (await RealPrograms.GoSignalsAsync($"{seconds}")).Under(config) with { Limit = TimeSpan.FromSeconds(60 + seconds) };
        using RunningProgram program = command.Start();
        Task<Result> end = program.EndAsync();
        int adjustments = 0;
        for (; !end.IsCompleted; adjustments++)
            (await Command.Launcher("--config", config.Path, "--advance", "1ms").RunAsync()).Succeeded();

        AssertRead((await end).Succeeded());
        Assert.NotEqual(0, adjustments);
    }

    private static void AssertRead(Result result)
    {
        Assert.Equal(2031, result.Number("year"));
        Assert.True(result.Number("reads") > 0 && result.Number("signals") > 100, result.Output);
        Assert.Empty(result.Error);
    }
}
