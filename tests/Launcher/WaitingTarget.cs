using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A target with one thread, which has a call in flight.</summary>
internal sealed class WaitingTarget : IDisposable
{
    /// <summary>The length of its wait.</summary>
    public const int Seconds = 25;

    private readonly RunningProgram _program;

    private WaitingTarget(RunningProgram program) => _program = program;

    /// <summary>The id of its only thread, and so its process id.</summary>
    public int Thread { get; private set; }

    /// <summary>The deadline in seconds, by the target's clock.</summary>
    public decimal Deadline { get; private set; }

    /// <param name="options">Options of the launcher.</param>
    public static async Task<WaitingTarget> StartAsync(params string[] options)
    {
        string program = await NativeProgram.BuildAsync("slot_wait.c");
        WaitingTarget waiting = new(Command.Launcher([.. options, "--", program, "clock_nanosleep", $"{Seconds * 1000}"]).Start());
        waiting.Thread = (int)await waiting._program.ReadNumberAsync("thread");
        waiting.Deadline = await waiting._program.ReadNumberAsync("deadline");
        for (int i = 0; i < 1000; i++)
        {
            if ((await StateJson.OfAsync("--pid", $"{waiting.Thread}")).InFlight.Count > 0)
                return waiting;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        waiting.Dispose();
        Assert.Fail("no call came in flight");
        return waiting;
    }

    /// <summary>Returns its next line: the error number of its wait, printed when the wait is over.</summary>
    public Task<string> ReadLineAsync() => _program.ReadLineAsync();

    public void Dispose() => _program.Dispose();
}
