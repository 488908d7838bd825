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

    [Theory(Timeout = 2 * Limits.Test)]
    [InlineData(2)]
    [InlineData(60)]
    public async Task Signals_may_interrupt_reads_of_clocks_that_are_adjusted(int seconds)
    {
        Needs.FullRunIf(seconds > 2);
        using ConfigFile config = ConfigFile.AtDate(Date);
        Command command = (await RealPrograms.GoSignalsAsync($"{seconds}")).Under(config) with { Limit = TimeSpan.FromSeconds(60 + seconds) };
        using RunningProgram program = command.Start();
        Task<Result> end = program.EndAsync();
        int adjustments = 0;
        for (; !end.IsCompleted; adjustments++)
            (await Command.Launcher("--config", config.Path, "--advance", "1ms").RunAsync()).Succeeded();

        Result result = (await end).Succeeded();
        Assert.Equal(2031, result.Number("year"));
        Assert.True(result.Number("reads") > 0 && result.Number("signals") > 100 && adjustments > 0, result.Output);
        Assert.Empty(result.Error);
    }
}
