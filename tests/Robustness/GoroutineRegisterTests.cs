using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>On arm64, a signal during a read of the clock finds Go's goroutine in the register x28.</summary>
public class GoroutineRegisterTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Signal_during_a_read_finds_the_register_unchanged()
    {
        Assert.SkipUnless(Emulation.IsOn, "tests a register of arm64");
        using ConfigFile config = ConfigFile.AtDate(1930262400);
        Result result = (await Command.Of(await BuildAsync(), "clock_gettime", "3").Under(config).RunAsync()).Succeeded();
        Assert.SkipUnless(result.Number("found") == 1, "needs a vDSO");
        Assert.True(result.Number("interrupted") > 0, result.Output);
        Assert.Equal(0, result.Number("lost"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Function_that_would_change_it_is_not_there()
    {
        Assert.SkipUnless(Emulation.IsOn, "tests a register of arm64");
        using ConfigFile config = ConfigFile.AtDate(1930262400);
        Assert.Equal(0, (await Command.Of(await BuildAsync(), "getrandom", "1").Under(config).RunAsync()).Succeeded().Number("found"));
    }

    private static Task<string> BuildAsync() => NativeProgram.BuildAsync("arm64/kept_register.c");
}
