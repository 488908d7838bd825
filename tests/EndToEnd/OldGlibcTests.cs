using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>The same library with a glibc older than 2.34.</summary>
public class OldGlibcTests
{
    private const int ETIMEDOUT = 110;

    // If a plugin loads libpthread with local scope, a look-up by name does not find its functions.
    [Theory(Timeout = Limits.Test)]
    [InlineData()]
    [InlineData("local")]
    public async Task Condition_variable_of_threads_that_were_loaded_late_waits_its_time(params string[] scope)
    {
        OldGlibc glibc = await OldGlibc.NeedAsync();
        string program = await glibc.BuildAsync("old_glibc/late_threads.c", ["libc.so.6", "libdl.so.2"]);
        string plugin = await glibc.BuildAsync("old_glibc/waiting_plugin.c", ["libpthread.so.0", "libc.so.6"], "-shared", "-fPIC");
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync(glibc, config, [], [program, plugin, .. scope]);

        Assert.Equal(ETIMEDOUT, result.Number("error"));
        Limits.AssertWaited300(result.Number("waited_ms"));
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    // This loader removes its options from the stack and moves the words behind them down by the same number of words.
    [Theory(Timeout = Limits.Test)]
    [InlineData("")]
    [InlineData("--inhibit-cache")]
    [InlineData("--inhibit-rpath /none")]
    [InlineData("--inhibit-cache --inhibit-rpath /none")]
    public async Task Loader_as_a_command_makes_no_difference(string options)
    {
        OldGlibc glibc = await OldGlibc.NeedAsync();
        string program = await glibc.BuildAsync("clock_and_vdso.c", ["libc.so.6"]);
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync(glibc, config, options.Split(' ', StringSplitOptions.RemoveEmptyEntries), program);

        Limits.AssertJustAfter(12345, result.Number("libc"));
        Limits.AssertJustAfter(12345, result.Number("vdso"));
    }

    private static async Task<Result> RunAsync(OldGlibc glibc, ConfigFile config, string[] options, params string[] program) =>
        (await Command.Of(glibc.Loader, ["--library-path", glibc.Libraries, .. options, .. program]).Under(config).RunAsync()).Succeeded();
}
