using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>
/// Programs that print the date, as <c>now=</c> or <c>date=</c>, or that wait and print a line <c>wait NAME MILLISECONDS</c> for each wait.
/// </summary>
internal static class DatePrograms
{
    private static readonly string s_folder = Path.Combine(Paths.Programs, "date");
    private static readonly Lazy<Task<string>> s_go = new(() => CompileAsync(Needs.Tool("go"), "date_go", "build", "-o", "date.go"));
    private static readonly Lazy<Task<string>> s_rust = new(() => CompileAsync(Needs.Tool("rustc"), "date_rust", "-O", "-o", "date_waits.rs"));
    private static readonly Lazy<Task<string>> s_java = new(CompileJavaAsync);

    /// <summary>The waits that each program reports, by the program's name.</summary>
    public static readonly Dictionary<string, string[]> Waiting = new()
    {
        ["java"] =
        [
            "Thread.sleep", "parkNanos", "ScheduledExecutorService.schedule", "CountDownLatch.await", "ReentrantLock.tryLock", "parkUntil",
            "Condition.awaitUntil",
        ],
        ["python"] =
        [
            "time.sleep", "asyncio.sleep", "asyncio.wait_for", "queue.get", "threading.Lock.acquire", "threading.Condition.wait",
            "threading.Event.wait", "threading.Thread.join",
        ],
        ["c++"] =
        [
            "condition_variable::wait_until", "condition_variable_any::wait_until", "timed_mutex::try_lock_until",
            "shared_timed_mutex::try_lock_shared_until", "future::wait_until", "this_thread::sleep_until", "this_thread::sleep_for",
        ],
        ["rust"] = ["thread::sleep", "thread::park_timeout", "Condvar::wait_timeout", "recv_timeout"],
        ["go"] = ["time.Sleep", "time.After"],
    };

    /// <summary>
    /// Members of <see cref="Waiting"/> that wait until a date. For these the program prints how long after the date the wait ended.
    /// </summary>
    public static readonly string[] UntilDates =
    [
        "parkUntil", "Condition.awaitUntil", "condition_variable::wait_until", "condition_variable_any::wait_until",
        "timed_mutex::try_lock_until", "shared_timed_mutex::try_lock_shared_until", "future::wait_until", "this_thread::sleep_until",
    ];

    /// <summary>The precision in seconds with which each program prints the date, by the program's name.</summary>
    public static readonly Dictionary<string, decimal> Printing = new()
    {
        ["date"] = 0.000001m,
        ["sqlite"] = 1,
        ["redis"] = 0.01m,
        ["perl"] = 1,
        ["ruby"] = 0.001m,
    };

    public static async Task<Command> WaitingCommandAsync(string name) => name switch
    {
        "java" => Command.Of(Needs.Tool("java"), "-cp", await s_java.Value, "DateWaits"),
        "python" => Command.Of(Needs.Tool("python3"), Path.Combine(s_folder, "date_waits.py")),
        "c++" => Command.Of(await NativeProgram.BuildAsync("date/date_waits.cpp")),
        "rust" => Command.Of(await s_rust.Value),
        "go" => Command.Of(await s_go.Value),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such program"),
    };

    /// <param name="name">The program's name.</param>
    /// <param name="directory">An empty directory.</param>
    public static Command PrintingCommand(string name, TemporaryDirectory directory) => name switch
    {
        "date" => Command.Of("date", "+now=%s.%N"),
        "sqlite" => Command.Of(Needs.Tool("sqlite3"), ":memory:", "select 'now=' || strftime('%s', 'now')"),
        "redis" => Redis(directory),
        "perl" => Command.Of(Needs.Tool("perl"), "-e", "print 'now=', time, \"\\n\""),
        "ruby" => Command.Of(Needs.Tool("ruby"), "-e", "puts format('now=%.6f', Process.clock_gettime(Process::CLOCK_REALTIME))"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such program"),
    };

    private static Command Redis(TemporaryDirectory directory)
    {
        Needs.Tool("redis-server");
        Needs.Tool("redis-cli");
        return Command.Of(Path.Combine(s_folder, "redis_time.sh"), directory.Path);
    }

    private static async Task<string> CompileJavaAsync()
    {
        string classes = Path.Combine(Paths.Built, "java-date");
        string source = Path.Combine(s_folder, "DateWaits.java");
        (await Command.Compiler(Needs.Tool("javac"), "-d", classes, source).RunAsync()).Succeeded($"compiling {source}");
        return classes;
    }

    // The arguments are the compiler's, without the path of the output, which is inserted before the last one.
    private static async Task<string> CompileAsync(string compiler, string name, params string[] arguments)
    {
        string target = Path.Combine(Paths.Built, name);
        Directory.CreateDirectory(Paths.Built);
        Command command = Command.Of(compiler, [.. arguments[..^1], target, arguments[^1]]) with
        {
            WorkingDirectory = s_folder,
            Limit = Limits.Compiler,
        };
        (await command.RunAsync()).Succeeded($"compiling {arguments[^1]}");
        return target;
    }
}
