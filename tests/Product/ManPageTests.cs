using System.Text.RegularExpressions;
using VirtTime.CommandLine;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary><c>virttime-run(1)</c> and <c>libvirttime(7)</c>.</summary>
public partial class ManPageTests
{
    private const string Launcher = "virttime-run.1";
    private const string Library = "libvirttime.7";

    [Theory(Timeout = Limits.Test)]
    [InlineData(Launcher)]
    [InlineData(Library)]
    public async Task Page_renders_without_warnings_by_groff(string page)
    {
        Needs.Tool("groff");
        AssertSilent(await Command.Of("groff", "-ww", "-z", "-man", "-Tutf8", PathOf(page)).RunAsync());
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(Launcher)]
    [InlineData(Library)]
    public async Task Page_renders_without_warnings_by_man(string page)
    {
        Needs.Tool("groff");
        await NeedsManAsync();
        Command man = Command.Of("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", PathOf(page));
        Result result = await man.With("LC_ALL", "C.UTF-8").RunAsync();
        Assert.NotEmpty(result.Output);
        AssertSilent(result with { Output = "" });
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData(Launcher)]
    [InlineData(Library)]
    public async Task Page_passes_mandocs_checks(string page)
    {
        Needs.Tool("mandoc");
        AssertSilent(await Command.Of("mandoc", "-T", "lint", "-W", "warning", PathOf(page)).RunAsync());
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Every_option_of_the_table_is_described_and_none_more()
    {
        // Options are described in the OPTIONS section, each at the start of a paragraph.
        string section = (await ReadAsync(Launcher)).Split(".SH OPTIONS\n")[1].Split("\n.SH ")[0]
            .Replace("\\-", "-", StringComparison.Ordinal);
        IEnumerable<string> heads = HeadPattern().Matches(section).Select(match => match.Groups[1].Value).Where(head => head.Contains("--", StringComparison.Ordinal));
        Assert.Equal(OptionTable.Rows.Select(Head).Order(StringComparer.Ordinal), heads.Order(StringComparer.Ordinal));
        Assert.Equal((await HelpOptions.AllAsync()).Order(StringComparer.Ordinal), HelpOptions.OfTable.Order(StringComparer.Ordinal));
    }

    // The option is in bold and its placeholder in italics, with a space in the placeholder's font.
    private static string Head(OptionRow row) => (row.Letter, row.Placeholder) switch
    {
        (null, null) => $".B --{row.Name}",
        (null, string value) => $".BI --{row.Name} \" {value}\"",
        (char letter, null) => $".BR -{letter} \", \" --{row.Name}",
        (char letter, string value) => $".BI -{letter} \" {value}\" \"\\fR,\\fP --{row.Name} \" {value}",
    };

    [Theory(Timeout = Limits.Test)]
    [InlineData(Launcher, "NAME SYNOPSIS DESCRIPTION OPTIONS RUNNING_PROGRAMS STATIC_PROGRAMS TIME_NAMESPACES ENVIRONMENT FILES EXIT_STATUS EXAMPLES LIMITS SEE_ALSO")]
    [InlineData(Library, "NAME SYNOPSIS DESCRIPTION FILES ENVIRONMENT NOTES SEE_ALSO")]
    public async Task Sections_are_the_usual_ones(string page, string sections) => Assert.Equal(
        sections.Split(' '),
        SectionPattern().Matches(await ReadAsync(page)).Select(match => match.Groups[1].Value.Trim('"').Replace(' ', '_')));

    [Fact(Timeout = Limits.Test)]
    public async Task Every_interposed_function_is_named()
    {
        string page = await ReadAsync(Library);
        string map = Path.Combine(Paths.Root, "libvirttime", "exports.map");
        string[] exports = await File.ReadAllLinesAsync(map, TestContext.Current.CancellationToken);
        string[] functions = [.. exports.Select(line => FunctionPattern().Match(line).Groups[1].Value).Where(name => name.Length > 0)];
        Assert.Contains("clock_gettime", functions);
        Assert.All(functions, function => Assert.Matches($@"\b{function}\b", page));
    }

    /// <summary>Skips the test if man only prints that there are no pages, as in small container images.</summary>
    internal static async Task NeedsManAsync()
    {
        Result result = await Command.Of(Needs.Tool("man"), "--version").RunAsync();
        Assert.SkipUnless(result.ExitCode == 0 && result.Output.StartsWith("man ", StringComparison.Ordinal), "man does not work here");
    }

    private static void AssertSilent(Result result)
    {
        Assert.Equal("", result.Output + result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    private static string PathOf(string page) => Path.Combine(Paths.Root, "scripts", "man", page);

    private static Task<string> ReadAsync(string page) => File.ReadAllTextAsync(PathOf(page), TestContext.Current.CancellationToken);

    [GeneratedRegex(@"^\.T[PQ]\n(\.BI?R? .*)$", RegexOptions.Multiline)]
    private static partial Regex HeadPattern();

    [GeneratedRegex(@"^\.SH (.*)$", RegexOptions.Multiline)]
    private static partial Regex SectionPattern();

    [GeneratedRegex(@"^\s+(\w+);$")]
    private static partial Regex FunctionPattern();
}
