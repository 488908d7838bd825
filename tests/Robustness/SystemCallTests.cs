using System.Text.RegularExpressions;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>Each interposed function makes only the system calls that it makes natively, in its first call and in its second.</summary>
/// <remarks>A sandbox may forbid others, and a program may depend on the time that they take.</remarks>
public partial class SystemCallTests
{
    private static readonly string[] s_execution = [.. Enumerable.Repeat("futex", 8), .. Enumerable.Repeat("openat", 40)];
    // For a file with the boot time. For other files the library makes no additional call.
    private static readonly string[] s_opening =
        [
            "fcntl", "readlinkat", "mmap", "pread64", "pread64", "memfd_create", "prlimit64", "pwrite64", "openat", "close", "fcntl", "dup3", "close",
            "munmap", "statx",
        ];

    private static readonly string[] s_rewinding =
        ["readlinkat", "openat", "mmap", "pread64", "pread64", "close", "openat", "prlimit64", "pwrite64", "ftruncate", "close", "munmap"];

    // Reads the status of the real file instead of the file in memory.
    private static readonly string[] s_status = ["readlinkat", "newfstatat"];

    // The additional calls that one call of a function may make. A futex asks whether memory is accessible, if it is not on the caller's own page of
    // the stack and the kernel, not libc, would have returned EFAULT. A time and an interval take two.
    private static readonly Dictionary<string, string[]> s_more = new()
    {
        ["open"] = s_opening,
        ["open64"] = s_opening,
        ["__open_2"] = s_opening,
        ["__open64_2"] = s_opening,
        ["openat"] = s_opening,
        ["openat64"] = s_opening,
        ["openat2"] = s_opening,
        ["__openat_2"] = s_opening,
        ["__openat64_2"] = s_opening,
        ["fopen"] = s_opening,
        ["fopen64"] = s_opening,
        ["freopen"] = s_opening,
        ["freopen64"] = s_opening,
        ["lseek"] = s_rewinding,
        ["lseek64"] = s_rewinding,
        ["pread"] = s_rewinding,
        ["pread64"] = s_rewinding,
        ["__pread_chk"] = s_rewinding,
        ["__pread64_chk"] = s_rewinding,
        ["rewind"] = s_rewinding,
        ["fseek"] = s_rewinding,
        ["fseeko"] = s_rewinding,
        ["fseeko64"] = s_rewinding,

        ["fstat"] = s_status,
        ["fstat64"] = s_status,
        ["__fxstat"] = s_status,
        ["__fxstat64"] = s_status,
        ["statx"] = ["readlinkat", "statx"],

        // For CLOCK_BOOTTIME_ALARM the vDSO itself makes a system call.
        ["clock_gettime"] = ["clock_gettime", "futex"],
        ["clock_nanosleep"] = ["futex"],
        ["pthread_clockjoin_np"] = ["futex"],

        // Only if it has to wait.
        ["pthread_mutex_clocklock"] = ["futex"],
        ["syscall"] = ["futex", "futex", "openat", .. s_opening, .. s_rewinding],
        ["sysinfo"] = ["futex", "futex"],
        ["timer_settime"] = ["futex", "futex"],
        ["timerfd_settime"] = ["futex", "futex"],

        // A futex for each page of the environment, to see whether it can be read; an openat for each file that is examined or searched in PATH.
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

    // The same where the date is virtual. In these calls the time is not on the stack.
    private static readonly Dictionary<string, string[]> s_moreAtDate = new(s_more)
    {
        ["__adjtimex"] = ["futex", "futex"],
        ["adjtimex"] = ["futex", "futex"],
        ["clock_adjtime"] = ["futex", "futex"],
        ["clock_settime"] = ["futex"],
        ["cnd_timedwait"] = ["futex"],
        ["mq_timedreceive"] = ["futex"],
        ["mq_timedsend"] = ["futex"],
        ["mtx_timedlock"] = ["futex"],
        ["ntp_adjtime"] = ["futex", "futex"],

        // The call returns whether the clock counts nanoseconds.
        ["ntp_gettime"] = ["clock_adjtime"],
        ["ntp_gettimex"] = ["clock_adjtime"],
        ["pthread_mutex_timedlock"] = ["futex"],
        ["pthread_rwlock_timedrdlock"] = ["futex"],
        ["pthread_rwlock_timedwrlock"] = ["futex"],
        ["pthread_timedjoin_np"] = ["futex"],
        ["sem_timedwait"] = ["futex"],
        ["settimeofday"] = ["futex"],
    };

    public static TheoryData<string> Functions() => [.. VirtualisedNames.Exported()];

    // stime sets the clock, and makes the calls that setting needs.
    public static TheoryData<string> FunctionsAtDate() => [.. VirtualisedNames.Exported().Except(["stime"])];

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Functions))]
    public async Task Function_makes_no_more_than_natively(string function)
    {
        using ConfigFile config = ConfigFile.At(12345);
        await AssertNoMoreAsync(function, config, s_more);
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(FunctionsAtDate))]
    public async Task Function_makes_no_more_where_the_date_is_virtual(string function)
    {
        using ConfigFile config = ConfigFile.AtDate(2147483640);
        await AssertNoMoreAsync(function, config, s_moreAtDate);
    }

    private static async Task AssertNoMoreAsync(string function, ConfigFile config, Dictionary<string, string[]> more)
    {
        string program = await NativeProgram.BuildAsync("robustness/counted_calls.c");
        IReadOnlyDictionary<string, string[]> natively = await TraceAsync(program, function);
        IReadOnlyDictionary<string, string[]> here =
            await TraceAsync(program, function, "-E", $"LD_PRELOAD={Paths.Library}", "-E", $"VIRT_TIME_CONF={config.Path}");

        // glibc before 2.43 has no openat2. The interposer exports it for programs with a weak reference to it.
        Assert.SkipWhen(natively.Count == 1 && function == "openat2", "this libc has no openat2");
        Assert.Equal(natively.Keys, here.Keys);
        foreach (string call in natively.Keys)
        {
            IEnumerable<string> beyond = Without(Without(here[call], natively[call]), more.GetValueOrDefault(function, []));
            Assert.True(!beyond.Any(), $"{function}, {call}: natively {Text(natively[call])}, here {Text(here[call])}");
        }
    }

    // Calls are grouped by mark. The calls before the first mark belong to the program's start.
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
