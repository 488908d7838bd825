using System.Collections.Concurrent;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Placement;

/// <summary>Builds the Go programs of <c>programs/placement</c>, each once for each set of options.</summary>
internal static class GoPrograms
{
    /// <summary>Seconds since 1970 of the date that the tests give, 2031-03-03.</summary>
    public const decimal Date = 1930262400;

    public const decimal Clock = 12345;

    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> s_built = new();

    /// <summary>Returns the path of <c>placed</c>, a static program.</summary>
    /// <param name="options">Options of <c>go build</c>.</param>
    public static Task<string> PlacedAsync(params string[] options) => BuildAsync("placed", cgo: false, options);

    /// <summary>Returns a command that runs <c>placed</c> at a date and with a clock of the tests.</summary>
    public static async Task<Command> LaunchAsync(params string[] arguments) => Launch([await PlacedAsync(), .. arguments]);

    public static Command Launch(params string[] command) =>
        Command.Launcher(["--realtime-at", "2031-03-03T00:00:00Z", "--monotonic-at", "12345s", "--", .. command]);

    public static Task<string> BuildAsync(string folder, bool cgo, params string[] options) => BuildOnceAsync(Needs.Tool("go"), "go", folder, cgo, options);

    /// <summary>Returns the path of <c>placed</c>, built by another Go than this machine's.</summary>
    /// <param name="go">The path of its <c>go</c>.</param>
    /// <param name="version">For the program's name.</param>
    public static Task<string> PlacedByAsync(string go, string version) => BuildOnceAsync(go, "go" + version, "placed", cgo: false, []);

    /// <summary>Asserts that a program printed a monotonic clock and a date just after those of the tests.</summary>
    public static void AssertVirtual(Result result)
    {
        Limits.AssertJustAfter(Clock, result.Succeeded().Number("clock"));
        Limits.AssertJustAfter(Date, result.Number("date"));
    }

    private static Task<string> BuildOnceAsync(string go, string goName, string folder, bool cgo, string[] options)
    {
        // The name contains the options, so that programs that were built with others do not replace each other.
        string name = string.Concat(string.Join('_', [goName, folder, .. options]).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return s_built.GetOrAdd(name, _ => new(() => CompileAsync(go, name, folder, cgo, options))).Value;
    }

    private static async Task<string> CompileAsync(string go, string name, string folder, bool cgo, string[] options)
    {
        string target = Path.Combine(Paths.Built, name);
        Directory.CreateDirectory(Paths.Built);
        Command command = Command.Compiler(go, ["build", .. options, "-o", target, "."]) with
        {
            WorkingDirectory = Path.Combine(Paths.Programs, "placement", folder),
        };
        (await command.With("CGO_ENABLED", cgo ? "1" : "0").With("GO111MODULE", "off").RunAsync()).Succeeded($"compiling {folder}");
        return target;
    }
}
