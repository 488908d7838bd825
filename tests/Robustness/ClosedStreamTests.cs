using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Robustness;

/// <summary>If a program is started without some of its standard streams, its output to them does not end up in the config file.</summary>
public class ClosedStreamTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("2>&-")]
    [InlineData("0<&- 2>&-")]
    [InlineData("1>&- 2>&-")]
    [InlineData("0<&- 1>&- 2>&-")]
    [InlineData("0<&-")]
    [InlineData("1>&-")]
    [InlineData("0<&- 1>&-")]
    public async Task Message_does_not_land_in_the_file(string closing)
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("notes");
        string text = string.Concat(Enumerable.Repeat("This is no config file.\n", 100));
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        await RunAsync(path, closing);
        Assert.Equal(text, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("2>&-")]
    [InlineData("0<&- 1>&- 2>&-")]
    public async Task Config_file_keeps_its_offset(string closing)
    {
        using ConfigFile config = ConfigFile.At(12345);
        decimal offset = config.Offset;
        await RunAsync(config.Path, closing);
        Assert.Equal(offset, config.Offset);
    }

    // The shell is not interposed, because env sets the variables only for the program.
    private static async Task RunAsync(string path, string closing)
    {
        string program = await NativeProgram.BuildAsync("watch_clock.c");
        string script = $"exec env LD_PRELOAD='{Paths.Library}' VIRT_TIME_CONF='{path}' '{program}' {closing}";
        Result result = await Command.Of("sh", "-c", script).RunAsync();
        Assert.InRange(result.ExitCode, 0, 1);
    }
}
