using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Exec;

/// <summary>
/// If a program cannot load the library, the library adds no variables to its environment and leaves variables that are already there.
/// </summary>
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

    // Later in PATH there is a file of the same name for another machine, which is not executed.
    [Theory(Timeout = Limits.Test)]
    [InlineData("execvp")]
    [InlineData("posix_spawnp")]
    public async Task First_file_of_the_name_in_the_path_is_the_program(string way)
    {
        string first = Path.GetDirectoryName(_directory.File("first/tool"))!, second = Path.GetDirectoryName(_directory.File("second/tool"))!;
        Directory.CreateDirectory(first);
        Directory.CreateDirectory(second);
        File.Copy(await InheritanceTests.ShownAsync(), Path.Combine(first, "tool"));
        MakeForeign(Path.Combine(second, "tool"));
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await InheritanceTests.RunAsync(
            await InheritanceTests.WaysAsync(), config, $"set=PATH={first}:{second}", way, "tool")).Succeeded();
        InheritanceTests.AssertShifted(result);
        Assert.Contains($"LD_PRELOAD={Paths.Library}", InheritanceTests.Variables(result));
    }

    // The library does not examine a relative path if it does not know in which directory the program will start.
    [Theory(Timeout = Limits.Test)]
    [InlineData("posix_spawn")]
    [InlineData("posix_spawnp")]
    public async Task File_of_this_directory_says_nothing_of_one_that_is_spawned_elsewhere(string way)
    {
        string elsewhere = _directory.File("elsewhere");
        Directory.CreateDirectory(elsewhere);
        File.Copy(await InheritanceTests.ShownAsync(), Path.Combine(elsewhere, "tool"));
        MakeForeign(_directory.File("tool"));
        using ConfigFile config = ConfigFile.At(12345);
        Command command = Command.Of(await InheritanceTests.WaysAsync(), "set=A=1", "elsewhere=" + elsewhere, way, "./tool").Under(config);
        Result result = (await (command with { WorkingDirectory = _directory.Path }).RunAsync()).Succeeded();
        InheritanceTests.AssertShifted(result);
        Assert.Contains($"LD_PRELOAD={Paths.Library}", InheritanceTests.Variables(result));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Nor_does_a_script_that_runs_in_it()
    {
        string first = Script("first", $"#! {await Program32Async()} -x\n");
        Assert.Equal(["A=1"], await VariablesAsync("set=A=1", "execve", Script("second", $"#!{first}\n")));
    }

    // Variables that exist natively are passed on, also to the program's own children.
    [Fact(Timeout = Limits.Test)]
    public async Task What_it_had_it_keeps()
    {
        string preload = $"LD_PRELOAD={Paths.Library}";
        Assert.Equal([preload, "VIRT_TIME_CONF=/x"], await VariablesAsync("set=" + preload, "set=VIRT_TIME_CONF=/x", "execve", await Program32Async()));
    }

    // A static program ignores the variables, but its child processes may be dynamic.
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

    // Writes the part of an ELF header for another machine that the library examines.
    private static void MakeForeign(string path)
    {
        const byte Bits64 = 2, LittleEndian = 1, Version = 1, Program = 2, Arm64 = 183, X64 = 62;
        byte[] head = new byte[64];
        "\u007fELF"u8.CopyTo(head);
        (head[4], head[5], head[6]) = (Bits64, LittleEndian, Version);
        head[16] = Program;
        head[18] = Emulation.IsOn ? X64 : Arm64;
        File.WriteAllBytes(path, head);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    private async Task<string> Program32Async()
    {
        string program = _directory.File("program32");
        Result built = await Command.Compiler(
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
