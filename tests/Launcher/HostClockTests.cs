using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>The launcher reads the host's clocks as of one moment, even if another process runs between two readings.</summary>
public class HostClockTests
{
    private const int Milliseconds = 20;

    [Theory(Timeout = Limits.Test)]
    [InlineData("--save")]
    [InlineData("--resume")]
    public async Task Pause_between_them_gives_boottime_no_offset_of_its_own(string paused)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--config", conf, "--monotonic-at", "12345s").RunAsync()).Succeeded();
        foreach (string step in (string[])["--save", "--resume"])
        {
            Command command = Command.Launcher("--config", conf, step);
            if (step == paused)
                Assert.Equal(2, (await (await PausingAsync(command, 2)).RunAsync()).Succeeded().Number("paused"));
            else
                (await command.RunAsync()).Succeeded();
        }

        Assert.Equal(0u, ConfigOnDisk.Read(conf).Extension.flags & ConfigExtension.HasBoottimeOffset);
        StateJson moved = await StateJson.OfAsync("--config", conf, "--monotonic-at", "5s");
        Assert.Equal(moved.Offset(), moved.Offset("boottime"));
    }

    // Every reading is disturbed here. A difference below the precision of the measurement counts as zero.
    [Fact(Timeout = Limits.Test)]
    public async Task Difference_that_is_smaller_than_what_can_be_measured_is_none()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--config", conf, "--monotonic-at", "12345s").RunAsync()).Succeeded();
        (await Command.Launcher("--config", conf, "--save").RunAsync()).Succeeded();
        Result result = (await (await PausingAsync(Command.Launcher("--config", conf, "--resume"), int.MaxValue)).RunAsync()).Succeeded();
        Assert.InRange(result.Number("paused"), 10, 1000);
        Assert.Equal(0u, ConfigOnDisk.Read(conf).Extension.flags & ConfigExtension.HasBoottimeOffset);
    }

    private static async Task<Command> PausingAsync(Command command, int number)
    {
        Assert.SkipWhen(Emulation.IsOn, "the tracer is for x86-64");
        string pause = await NativeProgram.BuildAsync("launcher/pause_between_clocks.c");
        return command with { File = pause, Arguments = [$"{number}", $"{Milliseconds}", command.File, .. command.Arguments] };
    }
}
