using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>Completions for bash, zsh and fish.</summary>
public class CompletionTests
{
    [Theory(Timeout = Limits.Test)]
    [InlineData("bash", "(?<![\\w-]){0}(?![\\w-])")]
    [InlineData("zsh", "[\\s'{{,\")]{0}[\\[=+,}}]")]
    [InlineData("fish", "complete -c virttime-run .* -[sl] {1} ")]
    public async Task Every_option_of_the_help_is_named(string shell, string form)
    {
        string completion = await File.ReadAllTextAsync(PathOf(shell), TestContext.Current.CancellationToken);
        IReadOnlyList<string> options = await HelpOptions.AllAsync();
        Assert.All(options, option => Assert.Matches(string.Format(null, form, option, option.TrimStart('-')), completion));
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
        IReadOnlyList<string> options = await HelpOptions.AllAsync();
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

    // By readline itself, at a terminal: what is typed up to the tab, and what the command gets.
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

    // Without the bash-completion package, whose part differs between machines.
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
}
