using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Exec;

/// <summary>A program that is executed without the library's variables gets them, whichever function executes it.</summary>
public class InheritanceTests
{
    private const int ENOENT = 2;
    private const int ENOMEM = 12;
    private const int EFAULT = 14;

    private static readonly string[] s_glibcOnly = ["execveat", "execveat-empty"];

    // The number of arguments that the program gets: none, up to the number of registers, one more, and many.
    private static readonly (string Way, int Arguments)[] s_ways =
    [
        ("execve", 0), ("execve-null", 0), ("execv", 0), ("execvp", 0), ("execvpe", 0), ("fexecve", 0), ("fexecve-path", 0),
        ("execveat", 0), ("execveat-empty", 0), ("syscall-execve", 0), ("syscall-execveat", 0), ("posix_spawn", 0), ("posix_spawnp", 0),
        ("system", 0), ("popen", 0), ("execl", 0), ("execlp", 0), ("execle", 0), ("execl-one", 0),
        ("execle-four", 3), ("execle-five", 4), ("execle-six", 5), ("execle-seven", 6),
        ("execl-many", 20), ("execlp-many", 20), ("execle-many", 20),
    ];

    public static TheoryData<string, int> Ways() => [.. s_ways];

    public static TheoryData<string> WaysInPlace() =>
        [.. s_ways.Select(way => way.Way).Where(way => !way.StartsWith("posix", StringComparison.Ordinal) && way is not ("system" or "popen"))];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Ways))]
    public async Task Program_gets_what_its_environment_lacks(string way, int arguments)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await RunAsync(await WaysAsync(), config, way, await ShownAsync())).Succeeded();
        AssertShifted(result);
        Assert.Equal([$"LD_PRELOAD={Paths.Library}", $"VIRT_TIME_CONF={config.Path}"], Variables(result));
        Assert.Equal(Enumerable.Range(1, arguments).Select(number => $"{number}"), Named(result, "argument"));
        Assert.Empty(result.Error);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Ways))]
    public async Task Musl_program_gets_it_too(string way, int arguments)
    {
        Assert.SkipWhen(s_glibcOnly.Contains(way), "musl has no such function");
        using TemporaryDirectory directory = new();
        using ConfigFile config = ConfigFile.At(12345);
        string program = await MuslAsync(directory, "exec_ways.c"), shown = await MuslAsync(directory, "show_start.c");
        Result result = (await RunAsync(program, config, way, shown)).Succeeded();
        AssertShifted(result);
        Assert.Equal([$"LD_PRELOAD={Paths.Library}", $"VIRT_TIME_CONF={config.Path}"], Variables(result));
        Assert.Equal(Enumerable.Range(1, arguments).Select(number => $"{number}"), Named(result, "argument"));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(WaysInPlace))]
    public async Task Also_from_a_vfork_child(string way) => await AssertGetsAsync("vfork", way);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(WaysInPlace))]
    public async Task Also_from_a_signal_handler_on_a_small_stack(string way) => await AssertGetsAsync("handler", way);

    // On this stack there is no room for a copy of so many variables.
    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("execle-many")]
    [InlineData("syscall-execve")]
    public async Task Also_with_many_variables_from_a_signal_handler_on_a_small_stack(string way)
    {
        using ConfigFile config = ConfigFile.At(12345);
        AssertShifted((await RunAsync(await WaysAsync(), config, "many=700", "handler", way, await ShownAsync())).Succeeded());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("execv")]
    [InlineData("execle")]
    [InlineData("execveat")]
    [InlineData("syscall-execve")]
    [InlineData("syscall-execveat")]
    [InlineData("posix_spawn")]
    public async Task Path_that_cannot_be_read_gets_its_error(string way)
    {
        foreach (string path in new[] { "unreadable", "endless" })
        {
            using ConfigFile config = ConfigFile.At(12345);
            Result native = await Command.Of(await WaysAsync(), way, path).RunAsync();
            Assert.Equal(EFAULT, native.Number("errno"));
            Assert.Equal(native.Output, (await RunAsync(await WaysAsync(), config, way, path)).Output);
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("system")]
    [InlineData("popen")]
    public async Task Command_that_cannot_be_read_gets_its_error(string way)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result native = await Command.Of(await WaysAsync(), way, "unreadable").RunAsync();
        Result result = await RunAsync(await WaysAsync(), config, way, "unreadable");
        Assert.Equal((native.ExitCode, native.Output), (result.ExitCode, result.Output));
    }

    // The kernel limits a single argument to 128 KiB.
    [Theory(Timeout = Limits.Test)]
    [InlineData("system")]
    [InlineData("popen")]
    public async Task Command_may_have_many_apostrophes(string way)
    {
        using ConfigFile config = ConfigFile.At(12345);
        (await RunAsync(await WaysAsync(), config, "apostrophes=60000", way, "true")).Succeeded();
    }

    // setproctitle(3) writes there.
    [Theory(Timeout = Limits.Test)]
    [InlineData("execv")]
    [InlineData("posix_spawn")]
    [InlineData("system")]
    public async Task Also_from_a_program_that_has_overwritten_its_own_environment(string way) => await AssertGetsAsync("overwritten", way);

    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("posix_spawn")]
    [InlineData("syscall-execve")]
    public async Task What_is_there_stays_in_its_order(string way)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await RunAsync(
            await WaysAsync(), config, "set=A=1", "set=LD_PRELOAD=libm.so.6 libdl.so.2", "set=NO EQUALS", "set=B=2", way, await ShownAsync())).Succeeded();
        AssertShifted(result);
        Assert.Equal(
            [$"LD_PRELOAD={Paths.Library}:libm.so.6:libdl.so.2", $"VIRT_TIME_CONF={config.Path}", "A=1", "NO EQUALS", "B=2"], Variables(result));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Environment_that_has_both_is_passed_on_as_it_is()
    {
        using ConfigFile config = ConfigFile.At(12345);
        using ConfigFile other = ConfigFile.At(777_777);
        string[] given = ["A=1", $"VIRT_TIME_CONF={other.Path}", "LD_PRELOAD=libm.so.6:/nonexistent/libvirttime.so", "B=2"];
        Result result = (await RunAsync(await WaysAsync(), config, [.. given.Select(text => "set=" + text), "execve", await ShownAsync()])).Succeeded();
        Assert.Equal(given, Variables(result));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Another_config_file_is_kept()
    {
        using ConfigFile config = ConfigFile.At(12345);
        using ConfigFile other = ConfigFile.At(777_777);
        Result result = (await RunAsync(await WaysAsync(), config, $"set=VIRT_TIME_CONF={other.Path}", "system", await ShownAsync())).Succeeded();
        Limits.AssertJustAfter(777_777, result.Number("clock"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("execle-many")]
    [InlineData("posix_spawn")]
    [InlineData("popen")]
    public async Task Of_many_variables_none_is_lost(string way)
    {
        const int Many = 4000;
        using ConfigFile config = ConfigFile.At(12345);
        Result result = (await RunAsync(await WaysAsync(), config, $"many={Many}", way, await ShownAsync())).Succeeded();
        AssertShifted(result);
        Assert.Equal(Enumerable.Range(1, Many).Select(number => $"MANY_{number}={number}").Order(StringComparer.Ordinal),
            Variables(result).Where(text => text.StartsWith("MANY_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    // The call fails instead of running the program on the host's clocks.
    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("execvp")]
    [InlineData("posix_spawn")]
    [InlineData("popen")]
    public async Task Call_fails_where_there_is_no_memory(string way)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync(await WaysAsync(), config, "many=2000", "without-memory", way, await ShownAsync());
        Assert.Equal(ENOMEM, result.Number("errno"));
        Assert.DoesNotContain("clock=", result.Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("execve", 1)]
    [InlineData("execve", 2000)]
    [InlineData("execle-many", 2000)]
    public async Task Call_that_fails_leaves_nothing_behind(string way, int variables)
    {
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync(await WaysAsync(), config, $"many={variables}", "often", way, "/nonexistent/program");
        Assert.Equal(ENOENT, result.Number("errno"));
        Assert.Equal(0, result.Number("pages"));
        Assert.Equal(0, result.Number("descriptors"));
    }

    // The library opens the program to find out whether it can load the library.
    [Theory(Timeout = Limits.Test)]
    [InlineData("execve")]
    [InlineData("execv")]
    [InlineData("execle")]
    public async Task Nor_does_one_of_a_file_that_may_be_read_and_not_executed(string way)
    {
        const int EACCES = 13;
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory.File("text"), "no program\n", TestContext.Current.CancellationToken);
        using ConfigFile config = ConfigFile.At(12345);
        Result result = await RunAsync(await WaysAsync(), config, "set=A=1", "often", way, directory.File("text"));
        Assert.Equal(EACCES, result.Number("errno"));
        Assert.Equal(0, result.Number("descriptors"));
    }

    // If LD_PRELOAD is there several times, glibc's loader uses the last one.
    [Fact(Timeout = Limits.Test)]
    public async Task Of_several_LD_PRELOAD_the_last_is_what_the_loader_will_take()
    {
        string other = await NativeProgram.BuildLibraryAsync("small_library.c");
        using ConfigFile config = ConfigFile.At(12345);
        string[] both = [$"set=LD_PRELOAD={Paths.Library}", $"set=LD_PRELOAD={other}", $"set=VIRT_TIME_CONF={config.Path}"];
        Result result = (await RunAsync(await WaysAsync(), config, [.. both, "execve", await ShownAsync()])).Succeeded();
        AssertShifted(result);
        Assert.Contains(Variables(result), variable => variable.StartsWith("LD_PRELOAD=", StringComparison.Ordinal)
            && variable.Contains(other, StringComparison.Ordinal) && variable.Contains(Paths.Library, StringComparison.Ordinal));
    }

    // Quotes, an expansion, a background job, several lines, an empty command: the result is the shell's own.
    [Theory(Timeout = Limits.Test)]
    [InlineData("printf '%s\\n' \"it's\" 'a \"b\"' $((1+1)) $0")]
    [InlineData("false")]
    [InlineData("exit 7")]
    [InlineData("kill -9 $$")]
    [InlineData("echo a\necho b # '")]
    [InlineData("")]
    [InlineData("no_such_command_here")]
    [InlineData("echo 'open")]
    [InlineData("sleep 0 & wait; echo done")]
    public async Task Shell_command_means_the_same(string command)
    {
        foreach (string way in new[] { "system", "popen" })
        {
            using ConfigFile config = ConfigFile.At(12345);
            Result native = await Command.Of(await WaysAsync(), way, command).RunAsync();
            Result result = await RunAsync(await WaysAsync(), config, way, command);
            Assert.Equal((native.ExitCode, native.Output, native.Error), (result.ExitCode, result.Output, result.Error));
        }
    }

    private static async Task AssertGetsAsync(string how, string way)
    {
        using ConfigFile config = ConfigFile.At(12345);
        AssertShifted((await RunAsync(await WaysAsync(), config, how, way, await ShownAsync())).Succeeded());
    }

    internal static Task<string> WaysAsync() => NativeProgram.BuildAsync("exec/exec_ways.c");

    internal static Task<string> ShownAsync() => NativeProgram.BuildAsync("exec/show_start.c");

    /// <summary>Builds the same program statically, so that nothing can be preloaded into it.</summary>
    internal static async Task<string> StaticAsync(TemporaryDirectory directory)
    {
        string program = directory.File("static");
        (await Command.Compiler("gcc", "-static", "-o", program, Path.Combine(Paths.Programs, "exec", "show_start.c")).RunAsync()).Succeeded();
        return program;
    }

    internal static Task<Result> RunAsync(string program, ConfigFile config, params string[] arguments) =>
        Command.Of(program, arguments).Under(config).RunAsync();

    internal static void AssertShifted(Result result) => Limits.AssertJustAfter(12345, result.Number("clock"));

    /// <summary>Returns the variables that the program was started with, without those that a shell adds.</summary>
    internal static string[] Variables(Result result) =>
        [.. Named(result, "variable").Where(text => !text.StartsWith("PWD=", StringComparison.Ordinal)
            && !text.StartsWith("SHLVL=", StringComparison.Ordinal) && !text.StartsWith("_=", StringComparison.Ordinal))];

    private static string[] Named(Result result, string kind) =>
        [.. result.Lines.Where(line => line.StartsWith(kind + " ", StringComparison.Ordinal)).Select(line => line[(kind.Length + 1)..])];

    private static async Task<string> MuslAsync(TemporaryDirectory directory, string source)
    {
        string program = directory.File(Path.GetFileNameWithoutExtension(source));
        (await Command.Compiler(Needs.Tool("musl-gcc"), "-O2", "-D_GNU_SOURCE", "-o", program, Path.Combine(Paths.Programs, "exec", source)).RunAsync()).Succeeded();
        return program;
    }
}
