using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Protocol;

/// <summary>The model of the lock-free protocol (<c>tests/model</c>) holds, and still describes the code.</summary>
public class ModelTests
{
    // On an idle machine the short cases take half a minute. Beside eight busy processes they take more than two, so they have no low priority.
    private const int ShortSearch = 300;
    private const int LongSearch = 600;

    // What is compiled when the time of a search is up is compiled to the end.
    private const int ShortLimit = (ShortSearch + 60) * 1000;
    private const int LongLimit = (LongSearch + 200) * 1000;

    private static readonly string s_directory = Path.Combine(Paths.Root, "tests", "model");

    [Fact(Timeout = ShortLimit)]
    public async Task Every_short_case_is_as_expected()
    {
        Result result = await SearchAsync(SearchCommand($"{ShortSearch}"));
        Assert.DoesNotContain(result.Lines, line => line.StartsWith("not reached", StringComparison.Ordinal));
    }

    [Fact(Timeout = LongLimit)]
    public async Task Every_long_case_is_as_expected()
    {
        Needs.FullRun();
        await SearchAsync(SearchCommand("--long", $"{LongSearch}").Through("nice"));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Code_that_the_model_describes_has_not_changed_since_they_were_compared()
    {
        Result result = (await Command.Of(Path.Combine(s_directory, "functions.sh")).RunAsync()).Succeeded();
        if (result.Lines.Any())
        {
            Assert.Fail("changed: " + string.Join(", ", result.Lines)
                + "; compare with tests/model, change the model where it differs, and note the functions by tests/model/functions.sh --refresh");
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Change_of_a_function_that_the_model_describes_is_noticed_and_one_of_a_comment_is_not()
    {
        using TemporaryDirectory copy = new();
        string model = copy.File("tests/model"), source = copy.File("libvirttime/Config/OffsetSnapshot.cs");
        string[] folders = ["libvirttime/Config", "libvirttime/Format", "libvirttime/Interpose/Waits", "launcher/Config", "tests/model"];
        foreach (string folder in folders)
        {
            Directory.CreateDirectory(copy.File(folder));
            foreach (string file in Directory.GetFiles(Path.Combine(Paths.Root, folder)))
                File.Copy(file, Path.Combine(copy.File(folder), Path.GetFileName(file)));
        }

        Command ask = Command.Of(Path.Combine(model, "functions.sh"));
        (await Command.Of(ask.File, "--refresh").RunAsync()).Succeeded();
        await ReplaceAsync(source, "while (!IsCurrent(snapshot));", "while (!IsCurrent(snapshot)) ; // not described");
        await ReplaceAsync(source, "snapshot->_source = source;", "snapshot->_source =  source; // a comment");
        Assert.Empty((await ask.RunAsync()).Succeeded().Lines);

        await ReplaceAsync(source, "snapshot->_source =  source;", "snapshot->_source = null;");
        Assert.Equal("libvirttime/Config/OffsetSnapshot.cs Take", Assert.Single((await ask.RunAsync()).Succeeded().Lines));
    }

    private static Command SearchCommand(params string[] arguments) =>
        Command.Of(Path.Combine(s_directory, "check.sh"), arguments) with { Limit = TimeSpan.FromMilliseconds(LongLimit) };

    private static async Task<Result> SearchAsync(Command search)
    {
        Needs.Tool("spin");
        Needs.Tool("gcc");
        Result result = await search.RunAsync();
        Assert.DoesNotContain(result.Lines, line => line.StartsWith("WRONG", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.StartsWith("ok", StringComparison.Ordinal));
        return result.Succeeded();
    }

    private static async Task ReplaceAsync(string file, string old, string replacement)
    {
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace(old, replacement, StringComparison.Ordinal), TestContext.Current.CancellationToken);
    }
}
