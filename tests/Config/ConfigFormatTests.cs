using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Config;

/// <summary>Launcher and library use the same function to decide whether a file is a config file, and leave other files alone.</summary>
public class ConfigFormatTests
{
    private const int All = 20_000;

    // The short run takes so many contents with each defect, and without.
    private const int OfEachForLauncher = 50;
    private const int OfEachForLibrary = 120;

    [Fact(Timeout = 6 * Limits.Test)]
    public async Task Launcher_takes_what_the_function_takes()
    {
        using TemporaryDirectory directory = new();
        await AssertJudgesAsync(directory, OfEachForLauncher, "", Paths.Launcher, "--config", directory.File("conf"));
    }

    [Fact(Timeout = 6 * Limits.Test)]
    public async Task Library_takes_what_the_function_takes()
    {
        using TemporaryDirectory directory = new();
        await AssertJudgesAsync(directory, OfEachForLibrary, Paths.Library, await NativeProgram.BuildAsync("config/read_clock.c"));
    }

    [Fact]
    public void Contents_are_of_every_kind()
    {
        ConfigContents contents = new();
        Dictionary<ConfigDefect, int> counts = [];
        for (int i = 0; i < All; i++)
        {
            ConfigDefect defect = contents.Next().Defect;
            counts[defect] = counts.GetValueOrDefault(defect) + 1;
        }

        Assert.All(Enum.GetValues<ConfigDefect>().Except([ConfigDefect.Unreadable]), defect => Assert.InRange(counts[defect], 50, All));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at", "5s")]
    [InlineData("--monotonic-at", "5s", "--", "true")]
    [InlineData("--", "true")]
    [InlineData("--save")]
    [InlineData("--force", "--monotonic-at", "5s")]
    public async Task Program_that_is_named_by_mistake_stays_as_it_is(params string[] use)
    {
        using TemporaryDirectory directory = new();
        string program = directory.Copy(await NativeProgram.BuildAsync("config/read_clock.c"));
        byte[] before = await File.ReadAllBytesAsync(program, TestContext.Current.CancellationToken);
        Result result = await Command.Launcher(["--config", program, .. use]).RunAsync();

        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.Contains("is a program, not a config file", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(program, TestContext.Current.CancellationToken));
    }

    /// <summary>Asserts that a command, given a file with each content, accepts the right ones.</summary>
    private static async Task AssertJudgesAsync(TemporaryDirectory directory, int ofEach, string library, params string[] command)
    {
        string judge = await NativeProgram.BuildAsync("config/judge_configs.c");
        ConfigContents contents = new();
        ConfigContent[] all = Choose(Enumerable.Range(0, All).Select(_ => contents.Next()), Needs.IsFullRun ? All : ofEach);
        using (FileStream stream = File.Create(directory.File("contents")))
            Array.ForEach(all, content => content.WriteTo(stream));

        string[] arguments = [directory.File("contents"), judge, directory.File("conf"), library, .. command];
        Command run = Command.Of("sh", ["-c", "input=$1; shift; exec \"$@\" <\"$input\"", "sh", .. arguments]);
        Result result = (await (run with { Limit = TimeSpan.FromMilliseconds(5 * Limits.Test) }).RunAsync()).Succeeded();
        Assert.Equal(all.Length, result.Output.Length);
        Assert.All(all.Zip(result.Output), pair =>
            Assert.True((pair.First.Defect == ConfigDefect.None) == (pair.Second == 'y'), $"{pair.Second}: {pair.First}"));
    }
    /// <summary>Returns the first contents with each defect, and of those without.</summary>
    private static ConfigContent[] Choose(IEnumerable<ConfigContent> contents, int ofEach)
    {
        Dictionary<ConfigDefect, int> counts = [];
        return [.. contents.Where(content => (counts[content.Defect] = counts.GetValueOrDefault(content.Defect) + 1) <= ofEach)];
    }
}
