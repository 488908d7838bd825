using VirtTime.Tests.Harness;
using VirtTime.Tests.Launching;

namespace VirtTime.Tests.Config;

/// <summary><c>--config-layout c</c>: a file for tools that know only the C libvirttime's layout and require its exact size.</summary>
public class CLayoutTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task New_file_has_the_size_and_nothing_but_the_offset()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--config", conf, "--config-layout", "c", "--config-mode", "0640", "--monotonic-at", "12345s").RunAsync()).Succeeded();
        using FileStream file = File.OpenRead(conf);
        Assert.Equal(67108896, file.Length);
        Assert.Equal((UnixFileMode)0b110_100_000, File.GetUnixFileMode(conf));
        byte[] behind = new byte[(int)file.Length - 16];
        file.Position = 16;
        await file.ReadExactlyAsync(behind, TestContext.Current.CancellationToken);
        Assert.Equal(-1, behind.AsSpan().IndexOfAnyExcept((byte)0));
        using Harness.ConfigFile config = Harness.ConfigFile.Open(conf);
        Limits.AssertJustAfter(12345, HostClock.Monotonic() - config.Offset);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at", "777s")]
    [InlineData("--advance", "1h")]
    public async Task Program_runs_on_it_and_its_calls_are_moved(params string[] move)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf, "--config-layout", "c");
        using Harness.ConfigFile config = Harness.ConfigFile.Open(conf);
        (decimal offset, decimal slot) = (config.Offset, config.Slot(waiting.Thread));
        Assert.NotEqual(0, slot);
        (await Command.Launcher(["--config", conf, .. move]).RunAsync()).Succeeded();
        Assert.Equal(67108896, new FileInfo(conf).Length);
        Assert.NotEqual(offset, config.Offset);
        if (move[0] == "--monotonic-at")
            Assert.Equal(slot + config.Offset - offset, config.Slot(waiting.Thread));
        else
            Assert.Equal("error=0", await waiting.ReadLineAsync());
    }

    // Such a tool adds one difference to the offset and to every slot.
    [Fact(Timeout = Limits.Test)]
    public async Task Tool_of_the_C_layout_adjusts_it()
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        using WaitingTarget waiting = await WaitingTarget.StartAsync("--monotonic-at", "12345s", "--config", conf, "--config-layout", "c");
        using Harness.ConfigFile config = Harness.ConfigFile.Open(conf);
        config.AdjustPlainly(1000, waiting.Thread);
        StateJson state = await StateJson.OfAsync("--pid", $"{waiting.Thread}");
        Limits.AssertJustAfter(12345 - 1000, state.Virtual());
        Assert.Equal(waiting.Deadline, Assert.Single(state.InFlight).VirtualDeadline);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("python")]
    [InlineData("rust")]
    public async Task Examples_adjust_it(string language)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--config", conf, "--config-layout", "c", "--monotonic-at", "12345s").RunAsync()).Succeeded();
        (await (await Product.ConfigExamples.CommandAsync(language, "adjust", conf, "777")).RunAsync()).Succeeded();
        Limits.AssertJustAfter(777, (await StateJson.OfAsync("--config", conf)).Virtual());
        Assert.Equal(67108896, new FileInfo(conf).Length);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("virttime", "c")]
    [InlineData("c", "virttime")]
    public async Task File_of_the_other_layout_is_not_taken_for_it(string made, string wanted)
    {
        using TemporaryDirectory directory = new();
        string conf = directory.File("conf");
        (await Command.Launcher("--config", conf, "--config-layout", made, "--monotonic-at", "5s").RunAsync()).Succeeded();
        (await Command.Launcher("--config", conf, "--config-layout", made, "--monotonic-at", "6s").RunAsync()).Succeeded();
        Result result = await Command.Launcher("--config", conf, "--config-layout", wanted, "--monotonic-at", "7s").RunAsync();
        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Contains("another layout", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--config FILE --config-layout c --realtime-offset 0", "has no room")]
    [InlineData("--config FILE --config-layout c --boottime-at 5s", "has no room")]
    [InlineData("--config FILE --config-layout c --save", "is only for a new file")]
    [InlineData("--config FILE --config-layout c --advance 5s", "is only for a new file")]
    [InlineData("--pid 1 --config-layout c --monotonic-at 5s", "is only for a new file")]
    [InlineData("--config-layout c -- true", "needs --config FILE")]
    [InlineData("--config FILE --config-layout C --monotonic-at 5s", "is not a layout; try virttime or c")]
    public async Task What_it_cannot_hold_is_refused(string options, string reason)
    {
        using TemporaryDirectory directory = new();
        string[] given = options.Replace("FILE", directory.File("conf"), StringComparison.Ordinal).Split(' ');
        Result result = await Command.Launcher(given).RunAsync();
        Assert.Equal(125, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("virttime-run: --config-layout: ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.File("conf")));
    }
}
