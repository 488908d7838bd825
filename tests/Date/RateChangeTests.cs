using System.Globalization;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Programs whose date gets another rate while they read it or wait for it.</summary>
public class RateChangeTests
{
    private const int Functions = 5;

    // Waits until a date that only --advance reaches.
    private const int Long = 10_000_000;

    [Theory(Timeout = 2 * Limits.Test)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fifty_readers_never_see_the_date_go_back(bool isFrozen)
    {
        string reads = await NativeProgram.BuildAsync("date/rate_reads.c");
        Command start = Command.Launcher("--realtime-rate", "1000", "--", reads, "50") with { Limit = TimeSpan.FromSeconds(90) };
        using RunningProgram program = start.Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        string[] rates = ["3600", "0.5", "1", "0", "+100ppm", "1000000", "1", "0", "1", "-100ppm", "2", "1"];
        for (int i = 0; i < 2; i++)
        {
            foreach (string rate in rates)
                await ChangeAsync(pid, isFrozen, rate);
        }

        program.CloseInput();
        Result result = (await program.EndAsync()).Succeeded();
        Assert.InRange(result.Number("readings"), 1, decimal.MaxValue);
        Assert.Equal((0, 0), (result.Number("backwards"), result.Number("coarse_backwards")));
    }

    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Waits_end_neither_early_nor_late_whatever_the_rate_becomes()
    {
        string waits = await NativeProgram.BuildAsync("date/waits_across_rates.c");
        using RunningProgram program = Command.Launcher("--realtime-offset", "0", "--", waits).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        await BeginAsync(program, "long", Long);

        // The waits "across" begin before the change. Some of them end by themselves after it, others by --advance.
        (string Rate, decimal Number, decimal Across, bool IsAdvanced, decimal Within)[] phases =
            [("3600", 3600, 360, false, 360), ("0.5", 0.5m, 360_000, true, 0.2m), ("0", 0, 2, false, 0.3m), ("1", 1, 2, false, 0.3m)];
        foreach ((string rate, decimal number, decimal across, bool isAdvanced, decimal within) in phases)
        {
            await BeginAsync(program, "across", across);
            await ChangeAsync(pid, isFrozen: true, rate);
            if (isAdvanced)
                (await Command.Launcher("--pid", $"{pid}", "--advance", $"{across}s").RunAsync()).Succeeded();

            // The date has run at the rate before while these began, and --advance goes so far beyond their deadline. The time for which a call has
            // waited while the date stood still counts, so the date may be before the deadline.
            List<Wait> ended = number is 0 or 1 ? await ReadAsync(program, "across") : await EndAsync(program, "across", isAdvanced ? 3600 : number);
            if (number is 0 or 1)
                Assert.All(ended, wait => Assert.InRange(wait.Elapsed, across, across + 10));
            await BeginAsync(program, "within", within);
            Assert.All(await EndAsync(program, "within", number), wait => Assert.InRange(wait.Elapsed, number == 0 ? within : 0, 5));
        }

        (await Command.Launcher("--pid", $"{pid}", "--advance", $"{Long}s").RunAsync()).Succeeded();
        Assert.All(await ReadAsync(program, "long"), wait => Assert.InRange(wait.Late, 0, Long));
        program.CloseInput();
        (await program.EndAsync()).Succeeded();
    }

    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Fifty_waits_across_many_changes_end_at_their_date()
    {
        string waits = await NativeProgram.BuildAsync("date/waits_across_rates.c");
        using RunningProgram program = Command.Launcher("--realtime-offset", "0", "--", waits).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        for (int i = 0; i < 10; i++)
            await BeginAsync(program, "crowd", Long + (i * Long));
        foreach (string rate in new[] { "3600", "0.5", "1", "0", "+100ppm", "1000000", "-100ppm", "0", "2", "1" })
            await ChangeAsync(pid, isFrozen: true, rate);

        // The date comes to five deadlines at a time. Waits whose deadline is still ahead go on.
        for (int i = 0; i < 10; i++)
        {
            (await Command.Launcher("--pid", $"{pid}", "--advance", $"{Long}s").RunAsync()).Succeeded();
            Assert.All(await ReadAsync(program, "crowd"), wait => Assert.InRange(wait.Late, 0, Long));
        }

        program.CloseInput();
        (await program.EndAsync()).Succeeded();
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Deadline_in_flight_is_shown_on_the_virtual_date()
    {
        string waits = await NativeProgram.BuildAsync("date/waits_across_rates.c");
        using RunningProgram program = Command.Launcher("--realtime-at", "@2000000000", "--realtime-rate", "0", "--", waits).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        await BeginAsync(program, "long", 3600);
        foreach (string rate in new[] { "0", "3", "0.25", "0" })
        {
            await ChangeAsync(pid, isFrozen: true, rate);
            Launching.StateJson state = await Launching.StateJson.OfAsync("--pid", $"{pid}");
            Assert.Equal(Functions - 1, state.InFlight.Count);
            Assert.All(state.InFlight, call => Assert.InRange(call.VirtualDeadline, 2_000_003_599 - 60, 2_000_003_600 + 60));
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Kept_waits_keep_the_time_left()
    {
        string waits = await NativeProgram.BuildAsync("date/waits_across_rates.c");
        using RunningProgram program = Command.Launcher("--realtime-offset", "0", "--", waits).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        await BeginAsync(program, "kept", 3);
        (await Command.Launcher("--pid", $"{pid}", "--realtime-rate", "0", "--keep-waits").RunAsync()).Succeeded();
        Assert.All(await ReadAsync(program, "kept"), wait => Assert.InRange(wait.Elapsed, 2.5m, 30));
    }

    private static async Task ChangeAsync(int pid, bool isFrozen, string rate)
    {
        string[] options = isFrozen ? [] : ["--no-freeze"];
        (await Command.Launcher(["--pid", $"{pid}", "--realtime-rate", rate, .. options]).RunAsync()).Succeeded();
    }

    private static async Task BeginAsync(RunningProgram program, string name, decimal seconds)
    {
        await program.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{name} {seconds}\n"));
        Assert.Equal(name, await program.ReadValueAsync("waiting"));

        // Until the threads wait in the kernel. A thread that begins later waits as well.
        await Task.Delay(100, TestContext.Current.CancellationToken);
    }

    // Late by at most a second of the host, on a machine that may be busy.
    private static async Task<List<Wait>> EndAsync(RunningProgram program, string name, decimal rate)
    {
        List<Wait> waits = await ReadAsync(program, name);
        if (rate > 0)
            Assert.All(waits, wait => Assert.InRange(wait.Late, 0, 10 * Math.Max(rate, 1)));
        return waits;
    }

    private static async Task<List<Wait>> ReadAsync(RunningProgram program, string name)
    {
        List<Wait> waits = [];
        while (waits.Count < Functions)
        {
            string[] fields = (await program.ReadLineAsync()).Split(' ');
            Assert.Equal(name, fields[0]);
            bool isSilent = fields[1] is "clock_nanosleep" or "timerfd";
            Assert.Equal(isSilent ? "0" : "110", fields[2]);
            waits.Add(new Wait(fields[1], decimal.Parse(fields[3], CultureInfo.InvariantCulture), decimal.Parse(fields[4], CultureInfo.InvariantCulture)));
        }

        return waits;
    }

    private sealed record Wait(string Function, decimal Late, decimal Elapsed);
}
