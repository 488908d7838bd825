using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>Moves the clocks of running programs.</summary>
internal static class Moving
{
    public static Command Advance(int pid, string time, params string[] options) =>
        Command.Launcher(["--pid", $"{pid}", "--advance", time, .. options]);

    /// <summary>Moves the clocks and fails on any output, except for the note about longer waits when the clocks are set back.</summary>
    public static async Task AdvanceAsync(int pid, string time)
    {
        Result result = await Advance(pid, time).RunAsync();
        bool isBack = time.StartsWith('-') && result.ErrorLines is [string line] && line.Contains("because a clock was set back", StringComparison.Ordinal);
        Assert.Equal((0, "", ""), Seen(isBack ? result with { Error = "" } : result));
    }

    /// <summary>Asserts that the launcher failed with one line that contains the reasons.</summary>
    public static void AssertRefused(Result result, params string[] reasons)
    {
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        string line = Assert.Single(result.ErrorLines);
        Assert.All(reasons, reason => Assert.Contains(reason, line, StringComparison.Ordinal));
    }

    /// <summary>Starts a C program of <c>tests/programs/freeze</c> whose monotonic clock begins at 12345 s.</summary>
    public static async Task<(RunningProgram Program, int Pid)> StartAsync(string source, params string[] arguments)
    {
        string program = await NativeProgram.BuildAsync($"freeze/{source}.c");
        return await StartAsync(Command.Launcher(["--monotonic-at", "12345s", "--", program, .. arguments]));
    }

    /// <summary>Starts a program that prints its process id when it is ready.</summary>
    public static async Task<(RunningProgram Program, int Pid)> StartAsync(Command command)
    {
        RunningProgram program = command.Start();
        return (program, (int)await program.ReadNumberAsync("pid"));
    }

    private static (int, string, string) Seen(Result result) => (result.ExitCode, result.Output, result.Error);
}
