using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Freezing;

/// <summary>Config files without room for the slots of the threads that use them, whose calls in flight therefore cannot be moved.</summary>
public class SlotRoomTests
{
    private const string Reason = "is too short for the deadlines of thread ";

    [Theory(Timeout = Limits.Test)]
    [InlineData(16)]
    [InlineData(4096)]
    public async Task Clock_of_a_living_user_is_not_moved_unless_forced(long size)
    {
        using ConfigFile config = ConfigFile.At(12345, size);
        using RunningProgram waiting = await StartAsync(Command.Launcher("--config", config.Path, "--", await WaitAsync(), "clock_nanosleep", "3600000"));
        decimal before = config.Offset;
        string[] move = ["--config", config.Path, "--monotonic-at", "20000s"];
        Moving.AssertRefused(await Command.Launcher(move).RunAsync(), Reason, "--force");
        Moving.AssertRefused(await Command.Launcher([.. move, "--no-freeze"]).RunAsync(), Reason);
        Assert.Equal(before, config.Offset);
        (await Command.Launcher([.. move, "--force"]).RunAsync()).Succeeded();
        Assert.NotEqual(before, config.Offset);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(16)]
    [InlineData(4096)]
    public async Task File_without_users_is_changed(long size)
    {
        using ConfigFile config = ConfigFile.At(12345, size);
        (await Command.Launcher("--config", config.Path, "--monotonic-at", "20000s").RunAsync()).Succeeded();
        Assert.Equal(20000, Math.Round((HostClock.Monotonic() - config.Offset) / 100) * 100);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Private_file_that_a_limit_has_made_short()
    {
        const string Limited = "ulimit -f 16; exec \"$0\" --monotonic-at 1h -- \"$1\" clock_nanosleep 3600000";
        using RunningProgram waiting = Command.Of("sh", "-c", Limited, Paths.Launcher, await WaitAsync()).Start();
        int pid = (int)await waiting.ReadNumberAsync("thread");
        Moving.AssertRefused(await Moving.Advance(pid, "2h").RunAsync(), Reason);
    }

    private static Task<string> WaitAsync() => NativeProgram.BuildAsync("slot_wait.c");

    private static async Task<RunningProgram> StartAsync(Command command)
    {
        RunningProgram program = command.Start();
        await program.ReadNumberAsync("thread");
        return program;
    }
}
