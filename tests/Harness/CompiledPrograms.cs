using System.Diagnostics;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.EndToEnd;
using VirtTime.Tests.Harness;

[assembly: AssemblyFixture(typeof(CompiledPrograms))]

namespace VirtTime.Tests.Harness;

/// <summary>Compiles the programs of <c>tests/programs</c> before the first test, so that no test spends its own time on a compiler.</summary>
/// <remarks>
/// It does so if VIRTTIME_TEST_COMPILE is 1, which <c>scripts/test.sh</c> sets. Otherwise, and for programs with special options, the first test that
/// needs a program compiles it. If a program does not compile, only the tests that need it fail.
/// </remarks>
public sealed class CompiledPrograms : IAsyncLifetime
{
    // Folders with programs of the benchmark, for another processor or C library, or with parts that a test links itself.
    private static readonly string[] s_otherFolders = ["arm64", "bench", "old_glibc", "unwind"];

    // Programs with options of their own. If a test uses other options, it compiles the program again.
    private static readonly Dictionary<string, string[]> s_options = new()
    {
        ["slots/left_waits.cpp"] = ["-fnon-call-exceptions"],
        ["slots/throw_out_of_wait.cpp"] = ["-fnon-call-exceptions"],
        ["on_terminal.c"] = ["-lutil"],
        ["launcher/process_chain.c"] = ["-static"],
        ["placement/entry_state.c"] = ["-static", "-nostdlib", "-nostartfiles", "-fno-stack-protector", "-fcf-protection=none"],
        ["proc/shared_reads.c"] = ["-pthread"],
    };

    // Programs linked with a library that the test compiles first, or with a file of the library.
    private static readonly string[] s_linked = ["robustness/early_program.c", "robustness/own_close.c", "proc/own_names.c", "placement/reap_tracer.c"];

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("VIRTTIME_TEST_COMPILE") != "1")
            return;
        long start = Stopwatch.GetTimestamp();
        (string Name, Func<Task> Build)[] programs = [.. Others(), .. Sources()];
        int failed = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
        await Parallel.ForEachAsync(programs, options, async (program, _) =>
        {
            // The exception is kept with the program. Tests that need the program fail with it.
            if (await Record.ExceptionAsync(program.Build) is not { } error || error.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal))
                return;
            Interlocked.Increment(ref failed);
            Progress.Say($"not compiled: {program.Name}: {error.Message}");
        });
        Progress.Say(FormattableString.Invariant(
            $"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0.0} s  compiled {programs.Length - failed} of {programs.Length} test programs"));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // The slowest compilers come first.
    private static IEnumerable<(string, Func<Task>)> Others()
    {
        yield return ("real/go_clock.go", () => RealPrograms.CommandAsync("go"));
        yield return ("real/go_signals.go", () => RealPrograms.GoSignalsAsync("0"));
        yield return ("launcher/static_clock.go", RealPrograms.StaticGoAsync);
        yield return ("date/date.go", () => Date.DatePrograms.WaitingCommandAsync("go"));
        yield return ("real/rust_waits.rs", () => RealPrograms.CommandAsync("rust"));
        yield return ("date/date_waits.rs", () => Date.DatePrograms.WaitingCommandAsync("rust"));
        yield return ("freeze/sleepers.rs", () => Freezing.SleeperTests.RustAsync());
        yield return ("config-example.rs", () => Product.ConfigExamples.CommandAsync("rust"));
        yield return ("runtimes/TimeProbe.java", () => Runtimes.ProbeAsync("java"));
        yield return ("date/DateWaits.java", () => Date.DatePrograms.WaitingCommandAsync("java"));
    }

    private static IEnumerable<(string, Func<Task>)> Sources()
    {
        IEnumerable<string> sources = Directory.EnumerateFiles(Paths.Programs, "*.c*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".c" or ".cpp")
            .Select(path => Path.GetRelativePath(Paths.Programs, path));
        foreach (string source in sources.Where(IsProgram).Order(StringComparer.Ordinal))
            yield return (source, () => NativeProgram.BuildAsync(source, s_options.GetValueOrDefault(source, [])));
    }

    private static bool IsProgram(string source) =>
        !s_otherFolders.Contains(source.Split('/')[0]) && !s_linked.Contains(source)
        && File.ReadAllText(Path.Combine(Paths.Programs, source)).Contains("int main(", StringComparison.Ordinal);
}
