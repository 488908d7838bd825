using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>Programs that lack something usual, or do something unusual.</summary>
public class OddProgramTests
{
    private const int EFAULT = 14;
    private const int ETIMEDOUT = 110;

    [Fact(Timeout = Limits.Test)]
    public async Task Library_that_is_run_as_a_program_sees_virtual_time_and_waits()
    {
        string program = await NativeProgram.BuildLibraryAsync("robustness/library_program.c", "-Wl,-e,start");
        Result result = await RunAsync(Command.Of(program));
        Limits.AssertJustAfter(12345, result.Number("clock"));
        Assert.Equal(ETIMEDOUT, result.Number("error"));
        Assert.InRange(result.Number("waited_ms"), 49, 5000);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Vfork_child_that_duplicates_a_timer_does_not_change_its_parents()
    {
        Result result = await RunAsync(Command.Of(await NativeProgram.BuildAsync("robustness/vfork_timerfd.c")));
        Assert.InRange(result.Number("fired_ms"), 290, 4500);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Clock_without_a_vdso_is_not_read_to_where_nothing_can_be_written(int clock)
    {
        string program = await NativeProgram.BuildAsync("bad_pointer.c");
        Result result = await RunAsync(Command.Of(program).Through(Needs.Tool("valgrind")));
        Assert.Equal(EFAULT, result.Number($"clock_{clock}"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Librarys_own_function_that_is_named_close_gets_its_arguments()
    {
        string library = await NativeProgram.BuildLibraryAsync("robustness/own_close_library.c", "-fno-builtin");
        string program = await NativeProgram.BuildAsync("robustness/own_close.c", library, "-Wl,-rpath,$ORIGIN");
        Result result = await RunAsync(Command.Of(program));
        Assert.Equal(42, result.Number("answer"));
        Assert.Equal(0, result.Number("is_open"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("gcc")]
    [InlineData("musl-gcc")]
    public async Task Weak_reference_to_a_function_that_libc_lacks_leads_to_one_that_works(string compiler)
    {
        using TemporaryDirectory directory = new();
        string program = Path.Combine(directory.Path, "close_from");
        string source = Path.Combine(Paths.Programs, "robustness/close_from.c");
        (await Command.Of(Needs.Tool(compiler), "-o", program, source).RunAsync()).Succeeded();
        Result result = await RunAsync(Command.Of(program));
        Assert.Equal(1, result.Number("closed_from"));
        Assert.Equal(1, result.Number("closed_range"));
    }

    private static async Task<Result> RunAsync(Command command)
    {
        using ConfigFile config = ConfigFile.At(12345);
        return (await command.Under(config).RunAsync()).Succeeded();
    }
}
