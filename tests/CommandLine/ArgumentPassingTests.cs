using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>All arguments from the command on are passed to the target unchanged, byte for byte.</summary>
public class ArgumentPassingTests
{
    /// <summary>All bytes that an argument can contain, as a format for a shell's <c>printf</c>.</summary>
    private static readonly string s_everyByte =
        string.Concat(Enumerable.Range(1, 255).Select(value => @"\" + Convert.ToString(value, 8).PadLeft(3, '0')));

    private static readonly string s_everyByteInHex =
        string.Concat(Enumerable.Range(1, 255).Select(value => value.ToString("x2", CultureInfo.InvariantCulture)));

    public static TheoryData<string[], string[]> Cuts() => new()
    {
        { ["--monotonic-at", "5s"], ["echo", "-x", "--monotonic-at", "9s"] },
        { ["--monotonic-at", "5s", "--"], ["echo", "--", "--", "x"] },
        { ["--monotonic-at", "5s"], ["echo", "--", "x"] },
        { ["--"], ["echo", "--config", "never", "--"] },
        { [], ["echo", "--monotonic-at"] },
        { ["--monotonic-at=5s", "--"], ["echo", "--no-such-option", "-c"] },
        { ["--log-level", "none", "--"], ["echo", "", "-S", "a b", ""] },
        { ["-S", "--monotonic-at 5s --"], ["echo", "--", "-S", "x"] },
        { ["-S", "--monotonic-at 5s"], ["echo", "--print-env"] },
        { ["--monotonic-at", "5s", "--"], ["echo", "\"", "'", "$HOME", "*", "\\", "\n", " ", "ü"] },
    };

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Cuts))]
    public async Task Target_gets_its_arguments(string[] options, string[] command)
    {
        using TemporaryDirectory directory = new();
        string script = directory.File("echo");
        await File.WriteAllTextAsync(script, "#!/bin/sh\nprintf '[%s]' \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Command launch = Command.Launcher([.. options, script, .. command[1..]]) with { WorkingDirectory = directory.Path };
        Result result = (await launch.RunAsync()).Succeeded();
        Assert.Equal(string.Concat(command[1..].Select(argument => $"[{argument}]")), result.Output);
        Assert.Empty(result.Error);
        Assert.Equal([script], Directory.GetFileSystemEntries(directory.Path));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-a", "12345s", "--log-l", "error")]
    [InlineData("--monotonic-a=12345s", "--log-level=error")]
    [InlineData("--split=--monotonic-a 12345s")]
    [InlineData("--sp", "--monotonic-a=12345s --forc")]
    public async Task Options_can_be_abbreviated_and_the_commands_own_are_left_alone(params string[] options)
    {
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        string[] command = ["sh", "-c", "echo \"$@\"; exec \"$0\"", watch, "--monotonic-a", "--js"];
        Result result = (await Command.Launcher([.. options, .. command]).RunAsync()).Succeeded();
        Assert.Equal("--monotonic-a --js", result.Lines[0]);
        Limits.AssertJustAfter(12345, result.Number("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Second_double_dash_is_the_name_of_a_command()
    {
        Result result = await Command.Launcher("--monotonic-at", "5s", "--", "--", "echo").RunAsync();
        Assert.Equal(127, result.ExitCode);
        Assert.StartsWith("virttime-run: --: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Double_dash_can_be_the_value_of_an_option()
    {
        using TemporaryDirectory directory = new();
        Command command = Command.Launcher("--config=--", "echo", "ran") with { WorkingDirectory = directory.Path };
        Assert.Equal("ran\n", (await command.RunAsync()).Succeeded().Output);
        Assert.Equal([directory.File("--")], Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Empty_split_string_is_nothing()
    {
        Result result = (await Command.Launcher("-S", "", "--monotonic-at", "5s", "--", "echo", "ran").RunAsync()).Succeeded();
        Assert.Equal("ran\n", result.Output);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("${UNSET}", "")]
    [InlineData("a ${UNSET} ${UNSET}${UNSET} b", "[a][b]")]
    [InlineData("${EMPTY}", "[]")]
    [InlineData("\"${UNSET}\"", "[]")]
    [InlineData("a${UNSET}b", "[ab]")]
    [InlineData("${SET}${UNSET}", "[a b]")]
    public async Task Variable_that_is_not_set_makes_no_argument(string text, string arguments)
    {
        string split = $"sh -c 'printf %s \"$#\"; printf \"[%s]\" \"$@\"' sh {text}";
        Command env = Command.Of("env", "-S", split).With("EMPTY", "").With("SET", "a b").With("UNSET", null);
        string native = (await env.RunAsync()).Succeeded().Output;
        string launched = (await (env with { File = Paths.Launcher, Arguments = ["-S", "-- " + split] }).RunAsync()).Succeeded().Output;
        Assert.Equal(native, launched);
        Assert.EndsWith(arguments.Length == 0 ? "0[]" : arguments, launched, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Ten_thousand_arguments_pass()
    {
        string[] arguments = [.. Enumerable.Range(0, 10_000).Select(number => number % 3 == 0 ? $"--boottime-at={number}" : $"-{number}")];
        Result result = (await Command.Launcher(["--monotonic-at", "5s", "--", "printf", "%s\\n", .. arguments]).RunAsync()).Succeeded();
        Assert.Equal(arguments, result.Lines);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Every_byte_passes_in_an_argument() =>
        Assert.Equal(s_everyByteInHex, await DumpAsync($"\"$0\" --monotonic-at 5s -- printf %s \"$(printf '{s_everyByte}')\""));

    [Fact(Timeout = Limits.Test)]
    public async Task Every_byte_passes_in_a_split_string()
    {
        // The string is in single quotes, where only the quote and the backslash are special.
        string octal = s_everyByte.Replace(@"\047", "", StringComparison.Ordinal).Replace(@"\134", "", StringComparison.Ordinal);
        string expected = s_everyByteInHex.Replace("2627", "26", StringComparison.Ordinal).Replace("5b5c", "5b", StringComparison.Ordinal);
        Assert.Equal(expected, await DumpAsync($"\"$0\" -S \"--monotonic-at 5s -- printf %s '$(printf '{octal}')'\""));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Every_byte_passes_in_a_variable()
    {
        string script = $"BYTES=\"$(printf '{s_everyByte}')\" \"$0\" --monotonic-at 5s -- printenv BYTES";
        Assert.Equal(s_everyByteInHex + "0a", await DumpAsync(script));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Name_of_a_variable_need_not_be_UTF_8()
    {
        string script = @"name=""$(printf 'N\377\200')""; env ""$name=v"" ""$0"" --monotonic-at 5s -- printenv ""$name""";
        Assert.Equal("760a", await DumpAsync(script));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Whole_environment_is_the_same_in_the_same_order()
    {
        string script = @"export BYTES=""$(printf 'a\377\n\303\050b')"" EMPTY= LD_PRELOAD= VIRT_TIME_CONF=; unset LD_PRELOAD VIRT_TIME_CONF;
            env -0 >direct; ""$0"" --monotonic-at 5s -- env -0 | grep -azv -e ^LD_PRELOAD= -e ^VIRT_TIME_CONF= >launched
            cmp direct launched";
        using TemporaryDirectory directory = new();
        Command command = Command.Of("sh", "-c", script, Paths.Launcher) with { WorkingDirectory = directory.Path };
        (await command.RunAsync()).Succeeded();
        Assert.NotEqual(0, new FileInfo(directory.File("launched")).Length);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Command_and_config_need_not_have_names_in_UTF_8()
    {
        string script = @"name=""$(printf '\377\200')""
            printf '#!/bin/sh\nprintf %%s ""$0"" ""$VIRT_TIME_CONF""\n' >""$name"" && chmod 700 ""$name""
            ""$0"" --monotonic-at 5s --config ""c$name"" -- ""./$name"" >out
            test -f ""c$name"" && grep -q ""^\./$name$PWD/c$name\$"" out && echo same
            rm ""$name"" ""c$name""";
        using TemporaryDirectory directory = new();
        Command command = Command.Of("sh", "-c", script, Paths.Launcher) with { WorkingDirectory = directory.Path };
        Assert.Equal("same\n", (await command.With("LC_ALL", "C").RunAsync()).Succeeded().Output);
    }

    private static async Task<string> DumpAsync(string script)
    {
        Result result = (await Command.Of("sh", "-c", $"{{ {script}; }} | od -An -v -tx1", Paths.Launcher).RunAsync()).Succeeded();
        Assert.Empty(result.Error);
        return string.Concat(result.Output.Where(character => !char.IsWhiteSpace(character)));
    }
}
