using System.Globalization;
using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>The unwind table of the library, which thread cancellation, debuggers and profilers use, at each of its instructions.</summary>
public partial class UnwindTests
{
    private const string End = "end of a function";

    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(Limits.Test - 10_000);

    public static TheoryData<string> Exported() =>
        [.. ExportedName().Matches(File.ReadAllText(ExportMap)).Select(match => match.Groups[1].Value)];

    private static string ExportMap => Path.Combine(Paths.Root, "libvirttime", "exports.map");

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Exported))]
    public async Task Each_instruction_leads_the_unwinder_to_the_caller(string function)
    {
        string program = await NativeProgram.BuildAsync("abi/unwind_each_instruction.c");
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await Command.Of(program, function).Under(config).RunAsync()).Succeeded();

        Assert.NotEqual(0, result.Number("places"));
        Assert.True(result.Number("wrong") == 0, result.Output);
    }

    // One function for each path through the library.
    [Theory(Timeout = Limits.Test)]
    [InlineData("clock_gettime")]
    [InlineData("clock_nanosleep")]
    [InlineData("pthread_cond_clockwait")]
    [InlineData("timer_settime")]
    public Task Cancellation_at_each_instruction_ends_the_thread_only(string function) => CancelAsync(function);

    [Theory(Timeout = Limits.Test)]
    [InlineData("syscall")]
    [InlineData("dlsym")]
    [InlineData("pthread_clockjoin_np")]
    [InlineData("sem_clockwait")]
    [InlineData("timerfd_settime")]
    public Task Cancellation_at_each_instruction_of_a_long_call_ends_the_thread_only(string function)
    {
        Needs.FullRun();
        return CancelAsync(function);
    }

    // This includes code that the other tests do not execute: the constructor and the handling of failures.
    [Fact(Timeout = Limits.Test)]
    public async Task At_each_return_the_return_address_is_said_to_be_on_top_of_the_stack()
    {
        Row[] rows = ReadRows(await RunAsync("readelf", "--debug-dump=frames-interp,no-follow-links", "--wide", Paths.Library));
        Result code = await RunAsync("objdump", "--disassemble", "--no-show-raw-insn", "--section=.text", Paths.Library);
        long[] returns = [.. Return().Matches(code.Output).Select(match => Hexadecimal(match.Groups[1].Value))];

        Assert.NotEmpty(returns);
        Assert.Empty(returns.Where(at => rows.LastOrDefault(row => row.Address <= at)?.Frame != "rsp+8").Select(at => $"{at:x}"));
    }

    private static async Task<Result> RunAsync(string tool, params string[] arguments) =>
        (await Command.Of(tool, arguments).RunAsync()).Succeeded();

    private static async Task CancelAsync(string function)
    {
        string program = await NativeProgram.BuildAsync("abi/cancel_each_instruction.c");
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await (Command.Of(program, function).Under(config) with { Limit = s_longest }).RunAsync()).Succeeded();

        Assert.NotEqual(0, result.Number("instructions"));
        Assert.True(result.Number("wrong") == 0, result.Output);
    }

    /// <summary>A rule of the table, in force from an address on: where the caller's stack pointer is, in readelf's notation.</summary>
    private sealed record Row(long Address, string Frame);

    // A function without rows of its own follows its CIE, which describes the state right after a call. The end of one function can be the start of
    // the next.
    private static Row[] ReadRows(Result table)
    {
        List<Row> rows = [];
        foreach (string line in table.Lines)
        {
            if (Function().Match(line) is { Success: true } function)
                rows.AddRange([new(Hexadecimal(function.Groups[2].Value), End), new(Hexadecimal(function.Groups[1].Value), "rsp+8")]);
            else if (Described().Match(line) is { Success: true } described)
                rows.Add(new(Hexadecimal(described.Groups[1].Value), described.Groups[2].Value));
        }

        return [.. rows.OrderBy(row => row.Address).ThenByDescending(row => row.Frame == End)];
    }

    private static long Hexadecimal(string digits) => long.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s+(\w+);", RegexOptions.Multiline)]
    private static partial Regex ExportedName();

    [GeneratedRegex(@"^\s*([0-9a-f]+):\s+(?:repz )?ret", RegexOptions.Multiline)]
    private static partial Regex Return();

    [GeneratedRegex(@" FDE .* pc=([0-9a-f]+)\.\.([0-9a-f]+)")]
    private static partial Regex Function();

    [GeneratedRegex(@"^([0-9a-f]{16}) (\S+) ")]
    private static partial Regex Described();
}
