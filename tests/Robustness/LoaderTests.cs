using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>The dynamic loader run as a command. It removes its options, and moves the words behind them on the stack.</summary>
public class LoaderTests
{
    private const string Loader = "/lib64/ld-linux-x86-64.so.2";
    private const string Directories = "/lib/x86_64-linux-gnu:/lib64:/usr/lib64";

    public static TheoryData<string[]> Options() => new(
        (string[])[],
        ["--inhibit-cache"],
        ["--library-path", Directories],
        ["--inhibit-cache", "--library-path", Directories],
        ["--library-path", Directories, "--argv0", "x"],
        ["--inhibit-cache", "--library-path", Directories, "--argv0", "x"]);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Options))]
    public async Task Program_that_it_runs_is_virtual(string[] options) => await AssertVirtualAsync(
        config => Command.Of("env", $"LD_PRELOAD={Paths.Library}", $"VIRT_TIME_CONF={config.Path}", Loader), options);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Options))]
    public async Task Program_is_virtual_when_the_library_is_one_of_its_options(string[] options) => await AssertVirtualAsync(
        config => Command.Of("env", $"VIRT_TIME_CONF={config.Path}", Loader), [.. options, "--preload", Paths.Library]);

    private static async Task AssertVirtualAsync(Func<ConfigFile, Command> loader, string[] options)
    {
        string help = (await Command.Of(Loader, "--help").RunAsync()).Output;
        Assert.SkipUnless(help.Contains("--argv0", StringComparison.Ordinal), "needs a loader with the options of glibc 2.33");
        string program = await NativeProgram.BuildAsync("clock_and_vdso.c");
        using ConfigFile config = ConfigFile.At(12345);
        Command command = loader(config);
        Result result = (await (command with { Arguments = [.. command.Arguments, .. options, program] }).RunAsync()).Succeeded();
        Limits.AssertJustAfter(12345, result.Number("libc"));
        Limits.AssertJustAfter(12345, result.Number("vdso"));
    }
}
