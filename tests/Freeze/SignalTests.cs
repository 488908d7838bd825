using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>A thread that is stopped while a signal is delivered to it gets the signal when it continues.</summary>
public class SignalTests
{
    private const int Moves = 5;

    // The launcher first begins to trace a thread and then stops it. The delay between the two is longer than the interval between two signals.
    [Fact(Timeout = Limits.Test)]
    public async Task Signal_that_a_thread_was_about_to_get_is_not_lost()
    {
        string strace = Needs.Tool("strace");
        (RunningProgram program, int pid) = await Moving.StartAsync("own_signals");
        using (program)
        {
            for (int i = 0; i < Moves; i++)
            {
                Command advance = Moving.Advance(pid, "1s");
                string[] options = ["-f", "-o", "/dev/null", "-e", "inject=ptrace:delay_exit=10000"];
                await (advance with { File = strace, Arguments = [.. options, advance.File, .. advance.Arguments] }).RunAsync();
            }

            await program.WriteAsync("\n");
            Result result = (await program.EndAsync()).Succeeded();
            Assert.InRange(result.Number("sent"), Moves, long.MaxValue);
            Assert.Equal(0, result.Number("lost"));
        }
    }
}
