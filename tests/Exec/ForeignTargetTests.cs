using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Exec;

/// <summary>What cannot load the library is not told to, unless it was told already.</summary>
public sealed class ForeignTargetTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("execv")]
    [InlineData("execl")]
    [InlineData("execvp")]
    [InlineData("fexecve")]
    [InlineData("fexecve-path")]
    [InlineData("execveat")]
    [InlineData("execveat-empty")]
    [InlineData("syscall-execve")]
    [InlineData("syscall-execveat")]
    [InlineData("posix_spawn")]
    [InlineData("posix_spawnp")]
    public async Task Program_of_the_other_word_size_gets_nothing(string way) =>
        Assert.Equal(["A=1"], await VariablesAsync("set=A=1", way, await Program32Async()));

    [Theory(Timeout = Limits.Test)]
    [InlineData("execvp")]
    [InlineData("posix_spawnp")]
    public async Task It_is_found_in_the_path(string way)
    {
        await Program32Async();
        string path = $"PATH=/nonexistent:{_directory.Path}:/usr/bin";
        Assert.Equal([path], await VariablesAsync("set=" + path, way, "program32"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Nor_does_a_script_that_runs_in_it()
    {
        string first = Script("first", $"#! {await Program32Async()} -x\n");
        Assert.Equal(["A=1"], await VariablesAsync("set=A=1", "execve", Script("second", $"#!{first}\n")));
    }

    // What is there natively goes on to what the program starts.
    [Fact(Timeout = Limits.Test)]
    public async Task What_it_had_it_keeps()
    {
        string preload = $"LD_PRELOAD={Paths.Library}";
        Assert.Equal([preload, "VIRT_TIME_CONF=/x"], await VariablesAsync("set=" + preload, "set=VIRT_TIME_CONF=/x", "execve", await Program32Async()));
    }

    // It does not look at them, and what it starts may be dynamic.
    [Fact(Timeout = Limits.Test)]
    public async Task Static_program_gets_both()
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, "execve", await InheritanceTests.StaticAsync(_directory))).Succeeded();
        Assert.Equal([$"LD_PRELOAD={Paths.Library}", $"VIRT_TIME_CONF={config.Path}"], InheritanceTests.Variables(result));
        Assert.Empty(result.Error);
    }

    private async Task<string[]> VariablesAsync(params string[] arguments)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await InheritanceTests.RunAsync(await InheritanceTests.WaysAsync(), config, arguments)).Succeeded();
        Assert.Equal("ran", result.Lines[0]);
        Assert.Empty(result.Error);
        return InheritanceTests.Variables(result);
    }

    private async Task<string> Program32Async()
    {
        string program = _directory.File("program32");
        Result built = await Command.Of(
            "gcc", "-m32", "-O1", "-nostdlib", "-static", "-o", program, Path.Combine(Paths.Programs, "exec", "show_start_32.c")).RunAsync();
        Assert.SkipUnless(built.ExitCode == 0, "gcc makes no 32-bit programs: " + built.Error.Trim());
        Result ran = await Command.Of("sh", "-c", program).RunAsync();
        Assert.SkipUnless(ran.ExitCode == 0, "this kernel runs no 32-bit programs");
        return program;
    }

    private string Script(string name, string text)
    {
        File.WriteAllText(_directory.File(name), text);
        File.SetUnixFileMode(_directory.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _directory.File(name);
    }
}
