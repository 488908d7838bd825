using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Abi;

/// <summary>The tool that makes the library's unwind table, run on objects that the compiler never makes.</summary>
public sealed class UnwindToolTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory(Timeout = Limits.Test)]
    [InlineData("an unknown stack pointer", "mov %rdi, %rsp; ret", "unknown")]
    [InlineData("an unknown amount", "sub %rdi, %rsp; add %rdi, %rsp; ret", "unknown")]
    [InlineData("a register of the caller", "mov %rdi, %rbx; ret", "RBX, which is the caller's")]
    [InlineData("a return with a word too much", "push %rdi; ret", "frame still on the stack")]
    [InlineData("a return address that is taken off", "pop %rax; jmp *%rax", "takes the return address off")]
    [InlineData("a saved register that is dropped", "push %rbx; add $8, %rsp; ret", "without restoring it")]
    [InlineData("a saved register that is overwritten", "push %rbx; movq $0, (%rsp); pop %rbx; ret", "overwrites what is saved")]
    [InlineData("paths with different frames", "test %rdi, %rdi; je 1f; push %rdi; 1: ret", "different frames")]
    [InlineData("a jump to nobody knows where", "push %rdi; jmp *%rsi", "unknown form")]
    [InlineData("code that nothing leads to", "ret; xor %eax, %eax; ret", "nothing leads here")]
    [InlineData("a missing end", "xor %eax, %eax", "past its end")]
    public async Task Refuses_what_it_cannot_follow_and_leaves_the_object_alone(string what, string code, string reason)
    {
        string assembled = await AssembleAsync(what, $".type f, @function; f: .cfi_startproc; {code}; .cfi_endproc; .size f, . - f");
        byte[] before = await File.ReadAllBytesAsync(assembled, TestContext.Current.CancellationToken);
        Result result = await RunAsync(assembled);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"virttime-unwind: {assembled}: f+", result.Error, StringComparison.Ordinal);
        Assert.Contains(reason, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(assembled, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Refuses_a_function_that_the_compiler_describes_nothing_of()
    {
        string assembled = await AssembleAsync("undescribed",
            ".type f, @function; f: .cfi_startproc; ret; .cfi_endproc; .size f, . - f; .type g, @function; g: ret; .size g, . - g");
        Result result = await RunAsync(assembled);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("g: a function without an entry", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("absent=personality", "absent: no such function")]
    [InlineData("framed_call=absent", "absent: no such symbol")]
    public async Task Refuses_a_personality_routine_of_what_is_not_there(string option, string reason)
    {
        Result result = await RunAsync("--personality", option, await FramedCallAsync());

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Cancellation_calls_the_personality_routine_of_the_function_it_passes() =>
        Assert.Equal(1, (await CancelAsync("--personality", "framed_call=personality")).Number("personality_calls"));

    [Fact(Timeout = Limits.Test)]
    public async Task Cancellation_calls_no_personality_routine_where_none_was_given() =>
        Assert.Equal(0, (await CancelAsync()).Number("personality_calls"));

    public void Dispose() => _directory.Dispose();

    private async Task<Result> CancelAsync(params string[] options)
    {
        string assembled = await FramedCallAsync(), program = _directory.File("cancel");
        (await RunAsync([.. options, assembled])).Succeeded();
        string source = Path.Combine(Paths.Programs, "unwind", "cancel_framed_call.c");
        (await Command.Compiler("gcc", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program, source, assembled).RunAsync()).Succeeded();
        Result result = (await Command.Of(program).RunAsync()).Succeeded();
        Assert.Equal(1, result.Number("canceled"));
        return result;
    }

    private Task<string> FramedCallAsync() => BuildAsync(Path.Combine(Paths.Programs, "unwind", "framed_call.s"));

    private async Task<string> AssembleAsync(string name, string code)
    {
        string source = _directory.File(name + ".s");
        await File.WriteAllTextAsync(source, code + "\n", TestContext.Current.CancellationToken);
        return await BuildAsync(source);
    }

    private async Task<string> BuildAsync(string source)
    {
        string target = _directory.File(Path.GetFileNameWithoutExtension(source) + ".o");
        (await Command.Compiler("gcc", "-c", "-o", target, source).RunAsync()).Succeeded();
        return target;
    }

    private static Task<Result> RunAsync(params string[] arguments) => Command.Of("dotnet", [Paths.UnwindTool, .. arguments]).RunAsync();
}
