using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;
using VirtTime.Tests.Placement;

namespace VirtTime.Tests.Exec;

/// <summary>A static Go program that a shifted program executes runs on the host's clocks. The library says so in one line.</summary>
public sealed class StaticGoTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("execv")]
    [InlineData("execl")]
    [InlineData("execveat")]
    [InlineData("syscall-execve")]
    [InlineData("posix_spawn")]
    [InlineData("system")]
    public async Task Library_names_the_program(string way)
    {
        string program = await RealPrograms.StaticGoAsync();
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await InheritanceTests.RunAsync(await InheritanceTests.WaysAsync(), config, way, program)).Succeeded();
        Assert.StartsWith("clock=", result.Output, StringComparison.Ordinal);
        Assert.Equal(Line(program), result.Error);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("execve", "vfork")]
    [InlineData("execve", "handler")]
    [InlineData("execvp", "vfork")]
    public async Task It_does_so_in_a_vfork_child_and_on_a_small_stack(string way, string how)
    {
        string program = await RealPrograms.StaticGoAsync();
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await InheritanceTests.RunAsync(await InheritanceTests.WaysAsync(), config, how, way, program)).Succeeded();
        Assert.Equal(Line(program), result.Error);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("execvp")]
    [InlineData("posix_spawnp")]
    public async Task It_finds_the_program_in_the_path(string way)
    {
        string program = await RealPrograms.StaticGoAsync();
        using ConfigFile config = ConfigFile.At(12345);
        string path = $"PATH=/nonexistent:{Path.GetDirectoryName(program)}";
        Result result = (await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, "set=" + path, way, Path.GetFileName(program))).Succeeded();
        Assert.Equal(Line(Path.GetFileName(program)), result.Error);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("fexecve")]
    [InlineData("fexecve-path")]
    public async Task Descriptor_has_no_name(string way)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, way, await RealPrograms.StaticGoAsync())).Succeeded();
        Assert.Equal(Line("fexecve"), result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Shells_environment_needs_no_correction()
    {
        string program = await RealPrograms.StaticGoAsync();
        using ConfigFile config = ConfigFile.At(12345);
        Assert.Equal(Line(program), (await Command.Of("sh", "-c", program).Under(config).RunAsync()).Succeeded().Error);
        Assert.Empty((await Command.Of("sh", "-c", program).Under(config).With("VIRT_TIME_WARN", "0").RunAsync()).Succeeded().Error);
        Assert.Empty((await Command.Of("sh", "-c", "VIRT_TIME_WARN=0 " + program).Under(config).RunAsync()).Succeeded().Error);
        Assert.Equal(Line(program), (await Command.Of("sh", "-c", program).Under(config).With("VIRT_TIME_WARN", "1").RunAsync()).Succeeded().Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_without_a_build_id_is_recognised_by_its_data()
    {
        string program = await GoPrograms.PlacedAsync("-ldflags", "-buildid=");
        using ConfigFile config = ConfigFile.At(12345);
        Assert.Equal(Line(program), (await Command.Of("sh", "-c", program + " clocks").Under(config).RunAsync()).Succeeded().Error);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("set=VIRT_TIME_WARN=0")]
    [InlineData("set=VIRT_TIME_INHERIT=0")]
    public async Task Variable_hides_the_line(string variable)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, variable, "execve", await RealPrograms.StaticGoAsync())).Succeeded();
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Clocks_that_are_the_hosts_need_no_line()
    {
        using ConfigFile config = ConfigFile.Create(0);
        string[] command = ["execve", await RealPrograms.StaticGoAsync()];
        Assert.Empty((await InheritanceTests.RunAsync(await InheritanceTests.WaysAsync(), config, command)).Succeeded().Error);
        config.RealtimeOffset = 1000;
        Assert.NotEmpty((await InheritanceTests.RunAsync(await InheritanceTests.WaysAsync(), config, command)).Succeeded().Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Neither_does_a_dynamic_go_program()
    {
        using ConfigFile config = ConfigFile.AtDate(1930262400);
        string program = (await RealPrograms.GoSignalsAsync("0")).File;
        Result result = (await Command.Of("sh", "-c", $"'{program}' 0").Under(config).RunAsync()).Succeeded();
        Assert.Equal(2031, result.Number("year"));
        Assert.Empty(result.Error);
    }

    // A named pipe whose reading end is open, and that is full; one whose reading end is closed; no descriptor at all.
    [Theory(Timeout = Limits.Test)]
    [InlineData("exec 3<>pipe; head -c 65536 /dev/zero >&3; exec 4>pipe")]
    [InlineData("exec 3<>pipe; exec 4>pipe; exec 3>&-")]
    [InlineData("exec 4>&-")]
    public async Task Standard_error_that_takes_no_line_does_not_stop_the_program(string preparation)
    {
        using ConfigFile config = ConfigFile.At(12345);
        string script = $"mkfifo pipe; {preparation}; exec {await RealPrograms.StaticGoAsync()} 2>&4";
        if (preparation.EndsWith("4>&-", StringComparison.Ordinal))
            script = script.Replace("2>&4", "2>&-", StringComparison.Ordinal);
        Command command = Command.Of("sh", "-c", script).Under(config) with { WorkingDirectory = _directory.Path };
        Result result = (await command.RunAsync()).Succeeded();
        Assert.StartsWith("clock=", result.Output, StringComparison.Ordinal);
    }

    private static string Line(string program) =>
        $"libvirttime: {program}: is a static Go program that virttime-run did not start itself (VIRT_TIME_WARN=0 hides this); "
        + "the program runs on the host's clocks\n";
}
