using System.Globalization;
using System.Text.RegularExpressions;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>The clock of many threads is moved while signals keep arriving (<c>tests/programs/freeze/many_kinds.c</c>).</summary>
/// <remarks>No move is refused, no signal is lost, and no wait without a timeout returns.</remarks>
public partial class CrowdTests
{
    [Fact(Timeout = Limits.Test)]
    public Task Moves_of_a_thousand_threads() => MoveAsync(1000, 10);

    /// <summary>
    /// A measurement: writes its figures to <c>artifacts/tests/freeze.txt</c>. <c>VIRTTIME_TEST_CROWD=THREADS,MOVES</c> changes the numbers.
    /// </summary>
    [Fact(Timeout = 30 * Limits.Test)]
    public async Task A_thousand_moves_of_four_thousand_threads()
    {
        Needs.FullRun();
        int[] asked = [.. (Environment.GetEnvironmentVariable("VIRTTIME_TEST_CROWD") ?? "4000,1000").Split(',')
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        await MoveAsync(asked[0], asked[1]);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(3, 15)]
    public async Task Several_launchers_move_one_program_at_the_same_time(int launchers, int moves)
    {
        string binary = await NativeProgram.BuildAsync("freeze/many_kinds.c");
        Command many = Command.Launcher("--monotonic-at", "12345s", "--", binary, "20") with { Limit = TimeSpan.FromSeconds(100) };
        (RunningProgram program, int pid) = await Moving.StartAsync(many);
        using (program)
        {
            await Task.WhenAll(Enumerable.Range(0, launchers).Select(async _ =>
            {
                for (int i = 0; i < moves; i++)
                    await Moving.AdvanceAsync(pid, "10s");
            }));
            await program.WriteAsync("\n");
            Assert.Equal(0, await program.ReadNumberAsync("disturbed"));
        }
    }

    private static async Task MoveAsync(int threads, int moves)
    {
        string binary = await NativeProgram.BuildAsync("freeze/many_kinds.c");
        TimeSpan limit = TimeSpan.FromMilliseconds(29 * Limits.Test);
        (RunningProgram program, int pid) = await Moving.StartAsync(Command.Launcher("--monotonic-at", "12345s", "--", binary, $"{threads}") with { Limit = limit });
        using (program)
        using (RunningProgram sender = (Command.Of(binary, "send", $"{pid}") with { Limit = limit }).Start())
        {
            List<string> refusals = [];
            List<int> standstills = [];
            for (int i = 0; i < moves; i++)
            {
                Result result = await Moving.Advance(pid, "1ms", "--verbose").RunAsync();
                if (result.ExitCode != 0)
                    refusals.Add(result.Error.Trim());
                else
                    standstills.Add(int.Parse(Standstill().Match(result.Error).Groups[1].Value, CultureInfo.InvariantCulture));
            }

            await sender.WriteAsync("\n");
            decimal sent = (await sender.EndAsync()).Succeeded().Number("sent");
            await program.WriteAsync("\n");
            decimal disturbed = await program.ReadNumberAsync("disturbed");
            decimal received = await program.ReadNumberAsync("received");
            await ReportAsync(threads, moves, refusals.Count, standstills, $"{sent - received} of {sent} signals lost, {disturbed} waits disturbed");
            Assert.Empty(refusals);
            Assert.Equal((sent, 0), (received, disturbed));
        }
    }

    private static async Task ReportAsync(int threads, int moves, int refused, List<int> standstills, string lost)
    {
        standstills.Sort();
        string line = standstills.Count == 0
            ? $"{threads} threads: {moves} moves, {refused} refused, {lost}"
            : $"{threads} threads: {moves} moves, {refused} refused, {lost}, standstill median {standstills[standstills.Count / 2]} us, max {standstills[^1]} us";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        string folder = Path.Combine(Paths.Root, "artifacts", "tests");
        Directory.CreateDirectory(folder);
        await File.AppendAllTextAsync(Path.Combine(folder, "freeze.txt"), line + "\n", TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("processes for ([0-9]+) us")]
    private static partial Regex Standstill();
}
