using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary><c>--pid</c>: the clocks of a running program.</summary>
public class ProcessIdTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Shows_the_clocks_and_the_calls_of_a_process()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf);
        StateJson state = await StateJson.OfAsync("-p", $"{waiting.Thread}");
        Assert.Equal(conf, state.Config);
        Limits.AssertJustAfter(12345, state.Virtual());
        Assert.Equal((waiting.Deadline, "slot_wait"), (Assert.Single(state.InFlight).VirtualDeadline, state.InFlight[0].Name));

        Result result = (await Command.Launcher("--pid", $"{waiting.Thread}").RunAsync()).Succeeded();
        Assert.Contains(conf, result.Lines[0], StringComparison.Ordinal);
        Assert.Contains("  slot_wait  monotonic  ", result.Lines[^1], StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Without_freezing_it_notes_in_one_line_that_calls_are_in_flight()
    {
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s");
        Result result = (await Command.Launcher("--pid", $"{waiting.Thread}", "--monotonic-at", "777s", "--no-freeze").RunAsync()).Succeeded();
        Assert.Empty(result.Output);
        Assert.StartsWith("virttime-run: note: 1 call in flight ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);

        // The deadline by the target's clock stays the same, so it is further away now.
        StateJson state = await StateJson.OfAsync("--pid", $"{waiting.Thread}");
        Limits.AssertJustAfter(777, state.Virtual());
        Assert.Equal(waiting.Deadline, Assert.Single(state.InFlight).VirtualDeadline);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Stopped_process_needs_no_note()
    {
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s");
        (await Command.Of("kill", "-STOP", $"{waiting.Thread}").RunAsync()).Succeeded();
        for (int i = 0; i < 1000 && !await IsStoppedAsync(waiting.Thread); i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Result result = (await Command.Launcher("--pid", $"{waiting.Thread}", "--monotonic-at", "777s", "--no-freeze").RunAsync()).Succeeded();
        Assert.Equal(("", ""), (result.Output, result.Error));
        Limits.AssertJustAfter(777, (await StateJson.OfAsync("--pid", $"{waiting.Thread}")).Virtual());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Program_sees_the_adjustment_and_no_call_needs_no_note()
    {
        using RunningProgram program = await StartWatchAsync("--monotonic-at", "12345s");
        int pid = (int)await program.ReadNumberAsync("pid");
        Limits.AssertJustAfter(12345, await program.ReadNumberAsync("clock"));

        Result result = (await Command.Launcher("--pid", $"{pid}", "--monotonic-at", "98765s").RunAsync()).Succeeded();
        Assert.Equal(("", ""), (result.Output, result.Error));
        await program.WriteAsync("\n");
        Limits.AssertJustAfter(98765, await program.ReadNumberAsync("clock"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Saves_and_resumes()
    {
        using RunningProgram program = await StartWatchAsync("--monotonic-at", "12345s");
        int pid = (int)await program.ReadNumberAsync("pid");
        await program.ReadNumberAsync("clock");
        StateJson saved = await StateJson.OfAsync("--pid", $"{pid}", "--save");
        Limits.AssertJustAfter(12345, saved.Saved!["monotonic"]);
        await StateJson.OfAsync("--pid", $"{pid}", "--monotonic-offset", "1w");
        await StateJson.OfAsync("--pid", $"{pid}", "--resume");
        await program.WriteAsync("\n");
        Limits.AssertJustAfter(saved.Saved["monotonic"], await program.ReadNumberAsync("clock"));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--json")]
    [InlineData("--monotonic-at=5s")]
    [InlineData("--save")]
    [InlineData("--resume")]
    public async Task Process_that_does_not_exist(string option) =>
        AssertRefused(await Command.Launcher("--pid", $"{int.MaxValue}", option).RunAsync(), $"--pid {int.MaxValue}: no such process");

    [Fact(Timeout = Limits.Test)]
    public async Task Process_without_a_config_file()
    {
        using RunningProgram program = Command.Of("cat").With("VIRT_TIME_CONF", null).Start();
        AssertRefused(await Command.Launcher("--pid", $"{program.ProcessGroup}").RunAsync(), "has no config file mapped");
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Process_with_the_variable_but_without_the_library()
    {
        using ConfigFile config = ConfigFile.Create(-5000);
        string script = "echo pid=$$; exec cat";
        using RunningProgram program = Command.Of("sh", "-c", script).With("VIRT_TIME_CONF", config.Path).With("LD_PRELOAD", null).Start();
        int pid = (int)await program.ReadNumberAsync("pid");
        AssertRefused(await Command.Launcher("--pid", $"{pid}", "--monotonic-at", "5s").RunAsync(), "has not mapped");
        Assert.Equal(-5000, config.Offset);
    }

    private static async Task<RunningProgram> StartWatchAsync(params string[] options)
    {
        string watch = await NativeProgram.BuildAsync("watch_clock.c");
        return Command.Launcher([.. options, "--", "sh", "-c", "echo pid=$$; exec \"$0\"", watch]).Start();
    }

    private static async Task<bool> IsStoppedAsync(int pid) =>
        (await File.ReadAllTextAsync($"/proc/{pid}/stat", TestContext.Current.CancellationToken))
            .Contains(") T ", StringComparison.Ordinal);

    private static void AssertRefused(Result result, string expected)
    {
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("virttime-run: --pid ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }
}
