using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Freezing;

/// <summary>
/// Programs in several languages whose threads sleep for a day. A move of their clock wakes them; in another test they move to another host.
/// </summary>
public class SleeperTests
{
    private const int Day = 86400;

    // Long enough for the programs to start, including a Java virtual machine.
    private const int WaitSeconds = 6;

    [Theory(Timeout = Limits.Test)]
    [InlineData("C", 4)]
    [InlineData("Java", 4)]
    [InlineData("Python", 4)]
    [InlineData("Rust", 3)]
    public async Task Jump_wakes_everybody(string language, int threads)
    {
        (RunningProgram program, int pid) = await Moving.StartAsync(await CommandAsync(language, Day));
        using (program)
        {
            await Moving.AdvanceAsync(pid, "23h");
            Assert.True(Directory.Exists($"/proc/{pid}"));
            await Moving.AdvanceAsync(pid, "1h");
            Assert.Equal(threads, (await program.EndAsync()).Succeeded().Number("woken"));
        }
    }

    /// <summary>A wait until a date ends when the date is moved there, although the other clocks do not move.</summary>
    [Fact(Timeout = Limits.Test)]
    public async Task Wait_for_a_date_ends_when_the_date_is_moved_there()
    {
        string source = Path.Combine(Paths.Programs, "freeze", "DateSleepers.java");
        string[] program = [Needs.Tool("java"), "-XX:TieredStopAtLevel=1", source, $"{Day}"];
        Command command = Command.Launcher(["--realtime-at", "2040-01-01Z", "--", .. program]) with { Limit = TimeSpan.FromSeconds(90) };
        (RunningProgram running, int pid) = await Moving.StartAsync(command);
        using (running)
        {
            await StateJson.OfAsync("--pid", $"{pid}", "--realtime-at", "2040-01-01T23:00:00Z");
            await Task.Delay(500, TestContext.Current.CancellationToken);
            Assert.True(Directory.Exists($"/proc/{pid}"));
            await StateJson.OfAsync("--pid", $"{pid}", "--realtime-at", "2040-01-02T00:10:00Z");
            Result result = (await running.EndAsync()).Succeeded();
            Assert.Equal(2, result.Number("woken"));
            Assert.InRange(result.Number("late_ms"), 0, 15 * 60 * 1000);
            Assert.InRange(result.Number("monotonic_s"), 0, 80);
        }
    }

    // A wait for a date that began while the date was the host's has no slot. So the first move of the date prints a note, and the second one does not.
    [Fact(Timeout = Limits.Test)]
    public async Task Note_says_that_the_first_date_does_not_move_waits_that_began_before()
    {
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s");
        string[] move = ["--pid", $"{waiting.Thread}", "--realtime-offset"];
        Result first = (await Command.Launcher([.. move, "1d"]).RunAsync()).Succeeded();
        Assert.Contains("still end when the host's date reaches it", Assert.Single(first.ErrorLines), StringComparison.Ordinal);
        Assert.Empty((await Command.Launcher([.. move, "2d"]).RunAsync()).Succeeded().Error);
    }

    /// <remarks>
    /// On the other host, the program's clock reads 30 days less until it is adjusted, so the program waits 30 days longer. Its calls have converted
    /// their deadlines again. A jump of 30 days back has the same effect.
    /// </remarks>
    [Fact(Timeout = Limits.Test)]
    public async Task Host_30_days_behind_makes_them_hang_until_the_clock_goes_on() =>
        await Task.WhenAll(new[] { "C", "Java", "Python" }.Select(MoveToOtherHostAsync));

    private static async Task MoveToOtherHostAsync(string language)
    {
        (RunningProgram program, int pid) = await Moving.StartAsync(await CommandAsync(language, WaitSeconds));
        using (program)
        {
            // This saves host A's clock. The jump back then gives the program host B's clock.
            await StateJson.OfAsync("--pid", $"{pid}", "--save");
            await Moving.AdvanceAsync(pid, "-30d");
            await Task.Delay(TimeSpan.FromSeconds(WaitSeconds + 1), TestContext.Current.CancellationToken);
            Assert.True(Directory.Exists($"/proc/{pid}"), $"{language} ended on the clock of another host");

            await StateJson.OfAsync("--pid", $"{pid}", "--resume");
            Result result = (await program.EndAsync()).Succeeded();
            Assert.Equal(4, result.Number("woken"));
            Assert.InRange(result.Number("late_ms"), -5, 5000);
        }
    }

    private static async Task<Command> CommandAsync(string language, int seconds)
    {
        string folder = Path.Combine(Paths.Programs, "freeze");
        Command command = language switch
        {
            "C" => Command.Of(await NativeProgram.BuildAsync("freeze/many_waits.c"), "4"),
            "Java" => Command.Of(Needs.Tool("java"), "-XX:TieredStopAtLevel=1", Path.Combine(folder, "Sleepers.java")),
            "Python" => Command.Of(Needs.Tool("python3"), Path.Combine(folder, "sleepers.py")),
            _ => Command.Of(await RustAsync()),
        };
        command = command with { Arguments = command.Arguments.Add($"{seconds}") };
        return Command.Launcher(["--monotonic-at", "400d", "--", command.File, .. command.Arguments]) with { Limit = TimeSpan.FromSeconds(90) };
    }

    private static readonly Lazy<Task<string>> s_rust = new(CompileAsync);

    internal static Task<string> RustAsync() => s_rust.Value;

    private static async Task<string> CompileAsync()
    {
        Directory.CreateDirectory(Paths.Built);
        string target = Path.Combine(Paths.Built, "sleepers");
        string source = Path.Combine(Paths.Programs, "freeze", "sleepers.rs");
        (await Command.Compiler(Needs.Tool("rustc"), "-O", "-o", target, source).RunAsync()).Succeeded($"compiling {source}");
        return target;
    }
}
