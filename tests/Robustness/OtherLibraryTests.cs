using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>Other libraries in the same process that use or interpose clocks, before the interposer's constructor runs and after.</summary>
public class OtherLibraryTests
{
    public static TheoryData<bool> BothOrders() => [true, false];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(BothOrders))]
    public async Task Constructor_of_a_preloaded_library_reads_the_virtual_clock_and_waits(bool oursFirst)
    {
        string other = await NativeProgram.BuildLibraryAsync("robustness/early_constructor.c");
        Result result = await RunAsync(oursFirst, other, await NativeProgram.BuildAsync("clock_probe.c"));

        Limits.AssertJustAfter(12345, result.Number("constructor"));
        Limits.AssertWaited300(result.Number("constructor_ms"));
        Assert.InRange(result.Number("clock"), result.Number("constructor"), 12345 + 30);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Constructor_of_a_linked_library_reads_the_virtual_clock_and_waits()
    {
        Result result = await RunEarlyProgramAsync();
        Limits.AssertJustAfter(12345, result.Number("constructor"));
        Limits.AssertWaited300(result.Number("constructor_ms"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_that_runs_before_any_constructor_reads_the_virtual_clock()
    {
        Result result = await RunEarlyProgramAsync();
        Limits.AssertJustAfter(12345, result.Number("preinit"));
        Assert.InRange(result.Number("clock"), result.Number("preinit"), 12345 + 30);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(BothOrders))]
    public async Task Library_that_calls_the_next_function_shifts_once(bool oursFirst)
    {
        string wrapper = await NativeProgram.BuildLibraryAsync("gettime_wrapper.c");
        Result result = await RunAsync(oursFirst, wrapper, await NativeProgram.BuildAsync("clock_probe.c"));

        Limits.AssertJustAfter(12345, result.Number("clock"));
        Limits.AssertWaited300(result.Number("slept_ms"));
        Limits.AssertWaited300(result.Number("wall_ms"));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(BothOrders))]
    public async Task Allocator_that_reads_the_clock_gets_along(bool oursFirst)
    {
        string jemalloc = Needs.Library("libjemalloc.so.2");
        Result result = await RunAsync(oursFirst, jemalloc, await NativeProgram.BuildAsync("robustness/allocating_threads.c"));

        Limits.AssertJustAfter(12345, result.Number("clock"));
        Assert.InRange(result.Number("waited_ms"), 75, 20_000);
    }

    private static async Task<Result> RunEarlyProgramAsync()
    {
        string library = await NativeProgram.BuildLibraryAsync("robustness/early_constructor.c");
        string program = await NativeProgram.BuildAsync("robustness/early_program.c", library, "-Wl,-rpath," + Paths.Built);
        using ConfigFile config = ConfigFile.At(12345);
        return (await Command.Of(program).Under(config).RunAsync()).Succeeded();
    }

    private static async Task<Result> RunAsync(bool oursFirst, string other, string program)
    {
        using ConfigFile config = ConfigFile.At(12345);
        string[] libraries = oursFirst ? [Paths.Library, other] : [other, Paths.Library];

        // With these timers and its own thread, jemalloc reads the clock all the time. Other libraries ignore the options.
        const string Options = "background_thread:true,dirty_decay_ms:10,muzzy_decay_ms:10";
        Command command = Command.Of(program).Under(config).Preloading(libraries).With("MALLOC_CONF", Options);
        return (await command.RunAsync()).Succeeded();
    }
}
