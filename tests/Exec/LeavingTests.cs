using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Exec;

/// <summary>With <c>VIRT_TIME_INHERIT=0</c> in its environment, a child and its descendants run on the host's clocks.</summary>
public class LeavingTests
{
    private const string Leave = "VIRT_TIME_INHERIT=0";

    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("execl-many")]
    [InlineData("posix_spawn")]
    [InlineData("syscall-execve")]
    public async Task Child_gets_neither_variable(string way)
    {
        using ConfigFile config = ConfigFile.At(12345);
        decimal host = HostClock.Monotonic();
        Result result = (await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, "set=A=1", "set=" + Leave, way, await InheritanceTests.ShownAsync())).Succeeded();
        AssertOnHostClock(host, result);
        Assert.Equal(["A=1", Leave], InheritanceTests.Variables(result));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("LD_PRELOAD={0}")]
    [InlineData("LD_PRELOAD=libm.so.6:{0}", "LD_PRELOAD=libm.so.6")]
    [InlineData("LD_PRELOAD={0} libm.so.6:libdl.so.2", "LD_PRELOAD=libm.so.6:libdl.so.2")]
    public async Task What_was_inherited_is_taken_out(string preload, params string[] left)
    {
        using ConfigFile config = ConfigFile.At(12345);
        decimal host = HostClock.Monotonic();
        string[] variables = [$"set={string.Format(null, preload, Paths.Library)}", $"set=VIRT_TIME_CONF={config.Path}", "set=" + Leave, "set=A=1"];
        Result result = (await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, [.. variables, "execve", await InheritanceTests.ShownAsync()])).Succeeded();
        AssertOnHostClock(host, result);
        Assert.Equal([.. left, Leave, "A=1"], InheritanceTests.Variables(result));
        Assert.Empty(result.Error);
    }

    // A static shell passes all variables on, so the loader loads the library.
    [Fact(Timeout = Limits.Test)]
    public async Task Library_that_is_loaded_nevertheless_does_nothing()
    {
        using ConfigFile config = ConfigFile.At(12345);
        decimal host = HostClock.Monotonic();
        Result result = (await Command.Of(await InheritanceTests.ShownAsync()).Under(config).With("VIRT_TIME_INHERIT", "0").RunAsync()).Succeeded();
        AssertOnHostClock(host, result);
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task What_the_child_starts_stays_out()
    {
        using ConfigFile config = ConfigFile.At(12345);
        decimal host = HostClock.Monotonic();
        string script = $"{Leave} sh -c 'unset VIRT_TIME_INHERIT; {await InheritanceTests.ShownAsync()}'";
        AssertOnHostClock(host, (await Command.Of("sh", "-c", script).Under(config).RunAsync()).Succeeded());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("VIRT_TIME_INHERIT=1")]
    [InlineData("VIRT_TIME_INHERIT=")]
    [InlineData("VIRT_TIME_INHERIT=00")]
    public async Task No_other_value_leaves(string variable)
    {
        using ConfigFile config = ConfigFile.At(12345);
        InheritanceTests.AssertShifted((await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, "set=" + variable, "execve", await InheritanceTests.ShownAsync())).Succeeded());
    }

    internal static void AssertOnHostClock(decimal before, Result result) =>
        Assert.InRange(result.Number("clock"), before, HostClock.Monotonic());
}
