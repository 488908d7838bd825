using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Freezing;

/// <summary>A thread that the launcher stops is runnable, but other threads occupy the processor.</summary>
public class BusyMachineTests
{
    // Longer than the launcher waits for a thread that does not react, and shorter than it waits for a thread that waits for a processor.
    private const string Seconds = "3";

    [Fact(Timeout = Limits.Test)]
    public async Task Thread_that_waits_for_a_processor_is_waited_for()
    {
        Needs.Root();
        Assert.SkipUnless(Environment.ProcessorCount > 1, "needs a processor for the launcher");
        string processors = await File.ReadAllTextAsync("/proc/self/status", TestContext.Current.CancellationToken);
        processors = processors.Split('\n').Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        string last = processors.Split([':', '\t', ',', '-'])[^1];

        Command busy = Command.Launcher("--monotonic-at", "12345s", "--", "bash", "-c", "echo pid=$$; while :; do :; done");
        (RunningProgram program, int pid) = await Moving.StartAsync(busy with { Limit = TimeSpan.FromSeconds(60) });
        using (program)
        {
            (await Command.Of(Needs.Tool("chrt"), "--idle", "--pid", "0", $"{pid}").RunAsync()).Succeeded();
            (await Command.Of(Needs.Tool("taskset"), "--pid", "--cpu-list", last, $"{pid}").RunAsync()).Succeeded();
            string[] others = ["-n", "-20", "timeout", Seconds, "taskset", "--cpu-list", last, "sh", "-c", "while :; do :; done"];
            RunningProgram[] running = [.. Enumerable.Range(0, 4).Select(_ => Command.Of("nice", others).Start())];
            await Task.Delay(500, TestContext.Current.CancellationToken);
            Result result = await Moving.Advance(pid, "1h").RunAsync();
            Array.ForEach(running, other => other.Dispose());
            Assert.Empty(result.Succeeded().Error);
        }
    }
}
