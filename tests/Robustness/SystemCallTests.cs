using System.Text.RegularExpressions;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>
/// The system calls that each interposed function makes, the first time and the second, are those that it makes natively. A sandbox allows no
/// others, and a program may count on the time that they take.
/// </summary>
public partial class SystemCallTests
{
    private static readonly string[] s_execution = [.. Enumerable.Repeat("futex", 8), .. Enumerable.Repeat("openat", 40)];

    // What may come on top in one call. A futex asks whether memory can be touched that lies elsewhere than on the caller's page of the stack, and
    // where the kernel, not libc, would have answered EFAULT; a time and an interval are two questions.
    private static readonly Dictionary<string, string[]> s_more = new()
    {
        // CLOCK_BOOTTIME_ALARM, which the vDSO does not read itself.
        ["clock_gettime"] = ["clock_gettime", "futex"],
        ["clock_nanosleep"] = ["futex"],
        ["pthread_clockjoin_np"] = ["futex"],

        // When it has to wait.
        ["pthread_mutex_clocklock"] = ["futex"],
        ["syscall"] = ["futex", "futex", "openat"],
        ["sysinfo"] = ["futex", "futex"],
        ["timer_settime"] = ["futex", "futex"],
        ["timerfd_settime"] = ["futex", "futex"],

        // Whether the environment can be read, page by page; whether the program can load the library, by its file, which may be looked for in PATH.
        ["execve"] = s_execution,
        ["execv"] = s_execution,
        ["execvp"] = s_execution,
        ["execvpe"] = s_execution,
        ["execl"] = s_execution,
        ["execlp"] = s_execution,
        ["execle"] = s_execution,
        ["fexecve"] = s_execution,
        ["execveat"] = s_execution,
        ["posix_spawn"] = s_execution,
        ["posix_spawnp"] = s_execution,
        ["system"] = s_execution,
        ["popen"] = s_execution,
    };

    public static TheoryData<string> Functions() => [.. VirtualisedNames.Exported()];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Function_makes_no_more_than_natively(string function)
    {
        string program = await NativeProgram.BuildAsync("counted_calls.c");
        using ConfigFile config = ConfigFile.At(12345);
        IReadOnlyDictionary<string, string[]> natively = await TraceAsync(program, function);
        IReadOnlyDictionary<string, string[]> here =
            await TraceAsync(program, function, "-E", $"LD_PRELOAD={Paths.Library}", "-E", $"VIRT_TIME_CONF={config.Path}");

        Assert.Equal(natively.Keys, here.Keys);
        foreach (string call in natively.Keys)
        {
            IEnumerable<string> beyond = Without(Without(here[call], natively[call]), s_more.GetValueOrDefault(function, []));
            Assert.True(!beyond.Any(), $"{function}, {call}: natively {Text(natively[call])}, here {Text(here[call])}");
        }
    }

    // By mark; what comes before the first is the program's start.
    private static async Task<IReadOnlyDictionary<string, string[]>> TraceAsync(string program, string function, params string[] options)
    {
        using TemporaryDirectory directory = new();
        string trace = directory.File("trace");
        Result result = await Command.Of(Needs.Tool("strace"), ["-o", trace, .. options, program, function]).RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, "needs to trace programs: " + result.Error.Trim());

        Dictionary<string, string[]> calls = [];
        string? mark = null;
        foreach (string line in await File.ReadAllLinesAsync(trace))
        {
            Match found = MarkPattern().Match(line);
            if (found.Success)
                calls[mark = found.Groups[1].Value] = [];
            else if (mark != null && CallPattern().Match(line) is { Success: true } call)
                calls[mark] = [.. calls[mark], call.Groups[1].Value];
        }

        return calls;
    }

    private static IEnumerable<string> Without(IEnumerable<string> calls, IEnumerable<string> others)
    {
        List<string> left = [.. calls];
        foreach (string other in others)
            left.Remove(other);
        return left;
    }

    private static string Text(string[] calls) => $"[{string.Join(' ', calls)}]";

    [GeneratedRegex(@"^write\(-1, ""(mark -?\d+ \d)""")]
    private static partial Regex MarkPattern();

    [GeneratedRegex(@"^(\w+)\(")]
    private static partial Regex CallPattern();
}
