using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>The effect on waits of a refused move, or of a SIGSTOP before a move.</summary>
public class DisturbanceTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Refused_move_disturbs_no_wait()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        string binary = await NativeProgram.BuildAsync("freeze/many_kinds.c");
        (RunningProgram program, int pid) = await Moving.StartAsync(Command.Launcher("--monotonic-at", "12345s", "--config", conf, "--", binary, "20"));
        using (program)
        {
            // This process has a higher id, so the launcher stops it after the others.
            (RunningProgram traced, int other) = await Moving.StartAsync(Command.Launcher("--config", conf, "--", binary, "1"));
            using RunningProgram tracer = Command.Of(await NativeProgram.BuildAsync("freeze/tracer.c"), $"{other}").Start();
            using (traced)
            {
                Assert.SkipUnless(await tracer.ReadNumberAsync("error") == 0, "needs to trace programs");
                for (int i = 0; i < 3; i++)
                    Moving.AssertRefused(await Moving.Advance(pid, "1h").RunAsync(), "(tracer) traces it");
            }

            await program.WriteAsync("\n");
            Assert.Equal(0, await program.ReadNumberAsync("disturbed"));
        }
    }

    // The saved registers still are those of the wait. Only the kernel knows that the thread is in poll.
    [Fact(Timeout = Limits.Test)]
    public async Task Poll_in_a_handler_that_interrupted_a_wait_is_not_taken_for_that_wait()
    {
        (RunningProgram program, int pid) = await Moving.StartAsync("poll_in_handler");
        using (program)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            foreach (string signal in new[] { "-USR1", "-STOP", "-CONT" })
            {
                (await Command.Of("kill", signal, $"{pid}").RunAsync()).Succeeded();
                await Task.Delay(200, TestContext.Current.CancellationToken);
            }

            string call = await File.ReadAllTextAsync($"/proc/{pid}/syscall", TestContext.Current.CancellationToken);
            Assert.StartsWith("219 ", call, StringComparison.Ordinal);
            await Moving.AdvanceAsync(pid, "1h");
            Result result = (await program.EndAsync()).Succeeded();
            Assert.Equal((0, 110), (result.Number("poll"), result.Number("error")));
        }
    }
}
