using System.Text.RegularExpressions;
using VirtTime.CommandLine;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>Completions for bash, zsh and fish.</summary>
public partial class CompletionTests
{
    [Fact(Timeout = Limits.Test)]
    public async Task Fish_has_the_options_of_the_table()
    {
        string completion = await File.ReadAllTextAsync(PathOf("fish"), TestContext.Current.CancellationToken);
        IEnumerable<string> described = FishPattern().Matches(completion).Select(match =>
            $"{(match.Groups[1].Success ? "value" : "flag")} {match.Groups[2].Value}{match.Groups[3].Value} {match.Groups[4].Value}");
        Assert.Equal(
            OptionTable.Rows.Select(row => $"{(row.TakesValue ? "value" : "flag")} {row.Letter}{row.Name} {string.Join(' ', row.Words)}").Order(StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal));

        string withValue = completion.Split("set -g __virttime_run_with_value ")[1].Split("\n\n")[0];
        IEnumerable<OptionRow> rows = OptionTable.Rows.Where(row => row.TakesValue);
        string[] expected = [.. rows.Select(row => "--" + row.Name), .. rows.Where(row => row.Letter is not null).Select(row => "-" + row.Letter)];
        string[] words = withValue.Split([' ', '\\', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Order(StringComparer.Ordinal), words.Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Zsh_has_the_options_of_the_table()
    {
        string completion = await File.ReadAllTextAsync(PathOf("zsh"), TestContext.Current.CancellationToken);
        string[] lines = [.. completion.Split('\n').Where(line => line.Contains('[', StringComparison.Ordinal))];
        Assert.Equal(OptionTable.Rows.Length, lines.Length);
        foreach (OptionRow row in OptionTable.Rows)
        {
            // Without a letter the form is: --name=[; with a letter: {-l+,--name=}'[.
            string value = row.TakesValue ? "=" : "";
            string form = row.Letter is null ? $"--{row.Name}{value}[" : $"{{-{row.Letter}{(row.TakesValue ? "+" : "")},--{row.Name}{value}}}'[";
            string line = Assert.Single(lines, line => line.Contains(form, StringComparison.Ordinal));
            string words = row.Words.Length > 0 ? $":({string.Join(' ', row.Words)})" : "";
            Assert.Contains(words, line, StringComparison.Ordinal);
            Assert.Equal(words.Length > 0, line.Contains(":(", StringComparison.Ordinal));

            string excluded = line.Split(form)[0];
            IEnumerable<string> contradicted = row.Contradicts.Concat(OptionTable.Rows.Where(other => other.Contradicts.Contains(row.Name)).Select(other => other.Name));
            Assert.All(contradicted, other => Assert.Matches($@"[( ]--{other}[) ]", excluded));
        }
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Bash_knows_which_options_take_a_value_and_which_words()
    {
        foreach (OptionRow row in OptionTable.Rows)
        {
            string[] option = row.TakesValue ? ["--" + row.Name, "cat"] : ["--" + row.Name];
            Assert.Equal(["printenv"], await CompleteInBashAsync([.. option, "printen"]));
            if (row.Words.Length > 0)
                Assert.Equal(row.Words, await CompleteInBashAsync("--" + row.Name, ""));
        }
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public async Task Shell_can_read_it(string shell, string option)
    {
        Result result = (await Command.Of(Needs.Tool(shell), option, PathOf(shell)).RunAsync()).Succeeded();
        Assert.Equal("", result.Output + result.Error);
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Bash_offers_every_option()
    {
        IReadOnlyList<string> options = HelpOptions.OfTable;
        Assert.Equal(options.Order(StringComparer.Ordinal), (await CompleteInBashAsync("-")).Order(StringComparer.Ordinal));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-a", "--monotonic-at")]
    [InlineData("--save|--resu", "--resume")]
    [InlineData("--log-level|inf", "information")]
    [InlineData("--backend|na", "namespace")]
    [InlineData("--log-level|=|inf", "information")]
    [InlineData("--monotonic-at|5s|--config|x|--js", "--json")]
    [InlineData("--monotonic-at|5s|--|printen", "printenv")]
    [InlineData("--monotonic-at|=|5s|printen", "printenv")]
    [InlineData("cat|--jso", "")]
    public async Task Bash_offers_what_fits(string words, string offered) =>
        Assert.Equal(offered, string.Join(' ', await CompleteInBashAsync(words.Split('|'))));

    // readline completes at a terminal: the words typed before the tab, and the arguments that the command gets.
    [Theory(Timeout = Limits.Test)]
    [InlineData("--config pla", "<--config><plain.conf>")]
    [InlineData("--config=pla", "<--config=plain.conf>")]
    [InlineData("--config wit", "<--config><with space>")]
    [InlineData("-c dol", "<-c><dol$HOME>")]
    [InlineData("-c quo", "<-c><quo'te\"s>")]
    [InlineData("-c with\\ sp", "<-c><with space>")]
    [InlineData("-c \"with sp", "<-c><with space>")]
    [InlineData("-c x cat wit", "<-c><x><cat><with space>")]
    [InlineData("-c x ./wit", "<-c><x><./with space>")]
    public async Task Bash_quotes_names_of_files(string typed, string got)
    {
        using TemporaryDirectory directory = new();
        foreach (string name in (string[])["plain.conf", "with space", "dol$HOME", "quo'te\"s"])
            await File.WriteAllTextAsync(directory.File(name), "", TestContext.Current.CancellationToken);
        string start = directory.File(".rc");
        string lines = $"source {PathOf("bash")}\nvirttime-run() {{ printf '<%s>' \"$@\" >{directory.File(".got")}; }}\nPS1=\n";
        await File.WriteAllTextAsync(start, lines, TestContext.Current.CancellationToken);
        string shell = $"{Needs.Tool("bash")} --noprofile --rcfile {start} -i";
        Command terminal = Command.Of(Needs.Tool("script"), "-qec", shell, "/dev/null") with { WorkingDirectory = directory.Path };
        await terminal.With("TERM", "dumb").With("HISTFILE", "/dev/null").RunAsync($"virttime-run {typed}\t\nexit\n");
        Assert.Equal(got, await File.ReadAllTextAsync(directory.File(".got"), TestContext.Current.CancellationToken));
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-a", "--monotonic-at")]
    [InlineData("--log-level inf", "information")]
    [InlineData("--config READ", "README.md")]
    [InlineData("--monotonic-at 5s -- printen", "printenv")]
    [InlineData("-c x printen", "printenv")]
    [InlineData("cat --jso", "")]
    public async Task Fish_offers_what_fits(string line, string offered)
    {
        string script = $"source {PathOf("fish")}; complete -C 'virttime-run {line}'";
        using TemporaryDirectory home = new();
        Result result = (await Command.Of(Needs.Tool("fish"), "--no-config", "-c", script).With("HOME", home.Path).RunAsync()).Succeeded();
        Assert.Equal(offered, string.Join(' ', result.Lines.Select(completion => completion.Split('\t')[0])));
    }

    // Without the bash-completion package, whose version differs between machines.
    private static async Task<IReadOnlyList<string>> CompleteInBashAsync(params string[] words)
    {
        const string Script =
            """
            source "$1"; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
            _virttime_run
            [ ${#COMPREPLY[@]} = 0 ] || printf '%s\n' "${COMPREPLY[@]}"
            """;
        string[] arguments = ["--norc", "-c", Script, "bash", PathOf("bash"), "virttime-run", .. words];
        return [.. (await Command.Of(Needs.Tool("bash"), arguments).RunAsync()).Succeeded().Lines.Distinct()];
    }

    private static string PathOf(string shell) => Path.Combine(Paths.Root, "scripts", "completions", "virttime-run." + shell);

    [GeneratedRegex(@"^complete -c virttime-run -n __virttime_run_option( -x| -r -F)?(?: -s (\w))? -l ([a-z-]+)(?: -a (?:'\(\w+\)'|'?([a-z0-9 ]+?)'?))? -d '.*'$", RegexOptions.Multiline)]
    private static partial Regex FishPattern();
}
