using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>Runs programs of other projects so that they print a result and no measurements.</summary>
internal static class RealPrograms
{
    /// <summary>An argument that is replaced by the path of an empty directory.</summary>
    public const string Directory = "DIRECTORY";

    private static readonly string s_folder = Path.Combine(Paths.Programs, "real");
    private static readonly Lazy<Task<string>> s_go = new(() => CompileAsync(Needs.Tool("go"), "go_clock", "build", "-o", "go_clock.go"));
    private static readonly string[] s_withoutCgo = ["CGO_ENABLED=0", Emulation.IsOn ? "GOARCH=arm64" : "GOARCH=amd64"];

    private static readonly Lazy<Task<string>> s_goSignals = new(
        () => CompileAsync("env", "go_signals", [.. s_withoutCgo, Needs.Tool("go"), "build", "-buildmode=pie", "-o", "go_signals.go"]));

    private static readonly Lazy<Task<string>> s_staticGo = new(
        () => CompileAsync("env", "static_clock", [.. s_withoutCgo, Needs.Tool("go"), "build", "-o", "../launcher/static_clock.go"]));

    private static readonly Lazy<Task<string>> s_rust = new(() => CompileAsync(Needs.Tool("rustc"), "rust_waits", "-O", "-o", "rust_waits.rs"));

    private static readonly string[] s_quickPythonTests = ["test_sched", "test_thread"];

    private static readonly string[] s_pythonTests =
    [
        "test_time", "test_threading", "test_thread", "test_queue", "test_concurrent_futures", "test_asyncio", "test_selectors",
        "test_signal", "test_subprocess", "test_sched", "test_timeout",
    ];

    public static async Task<Command> CommandAsync(string name) => name switch
    {
        "go" => Command.Of(await s_go.Value),
        "rust" => Command.Of(await s_rust.Value),
        "erlang" => Script("erlang.sh", "erl"),
        "redis" => Script("redis.sh", "redis-server", "redis-cli", "redis-benchmark") with { Limit = TimeSpan.FromSeconds(90) },
        "nginx" => Script("nginx.sh", "nginx", "curl") with { Limit = TimeSpan.FromSeconds(90) },
        "python" => await PythonAsync(TimeSpan.FromSeconds(100), s_quickPythonTests),
        "python, all" => await PythonAsync(TimeSpan.FromMinutes(25), s_pythonTests),
        "stress-ng" => Script("stress.sh", "stress-ng") with { Limit = TimeSpan.FromSeconds(90) },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such program"),
    };

    /// <summary>A dynamic program of Go, without cgo.</summary>
    public static async Task<Command> GoSignalsAsync(string seconds) => Command.Of(await s_goSignals.Value, seconds);

    /// <summary>A static program of Go that prints its monotonic clock.</summary>
    public static Task<string> StaticGoAsync() => s_staticGo.Value;

    private static Command Script(string file, params string[] tools)
    {
        foreach (string tool in tools)
            Needs.Tool(tool);
        return Command.Of(Path.Combine(s_folder, file), Directory);
    }

    private static async Task<Command> PythonAsync(TimeSpan limit, string[] modules)
    {
        Result shipped = await Command.Of(Needs.Tool("python3"), "-c", "import test.test_sched").RunAsync();
        Assert.SkipUnless(shipped.ExitCode == 0, "this Python comes without its tests");
        Command script = Script("python_tests.sh");
        return script with { Arguments = script.Arguments.AddRange(modules), Limit = limit };
    }

    // The arguments are the compiler's, without the path of the output, which is inserted before the last one.
    private static async Task<string> CompileAsync(string compiler, string name, params string[] arguments)
    {
        string target = Path.Combine(Paths.Built, name);
        System.IO.Directory.CreateDirectory(Paths.Built);
        Command command = Command.Of(compiler, [.. arguments[..^1], target, arguments[^1]]) with
        {
            WorkingDirectory = s_folder,
            Limit = Limits.Compiler,
        };
        (await command.RunAsync()).Succeeded($"compiling {arguments[^1]}");
        return target;
    }
}
