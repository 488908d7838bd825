using System.Globalization;
using VirtTime.CommandLine;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A senseless command line is refused with one line that names the option, before anything is changed or run.</summary>
public class BadInputTests
{
    /// <summary>A config file that exists.</summary>
    private const string There = "there.conf";

    private static readonly string[] s_clocks = ["--monotonic-at", "--monotonic-offset", "--boottime-at", "--boottime-offset"];

    private static readonly string[] s_dates = ["--realtime-at", "--monotonic-since", "--boottime-since"];

    private static readonly string[] s_values = [.. OptionTable.Rows.Where(row => row.TakesValue).Select(row => "--" + row.Name)];

    private static readonly string[] s_flags = [.. OptionTable.Rows.Where(row => !row.TakesValue).Select(row => "--" + row.Name)];

    /// <summary>Options that allow few other options or none, with a value if they take one.</summary>
    private static readonly (OptionRow Row, string[] Typed)[] s_exclusive =
        [.. OptionTable.Rows.Where(row => row.Company is not null).Select(row => (row, Typed(row)))];

    private static readonly string[] s_target = ["--", "touch", "ran"];

    public static TheoryData<string, string[]> Incomplete()
    {
        TheoryData<string, string[]> rows = [];
        foreach (string option in s_values.Concat(["-c", "-p"]))
            rows.Add(option, [option]);
        rows.Add("--split-string", ["-S"]);
        rows.Add("-p", ["--verbose", "-p"]);
        foreach (string option in s_values.Except(["--split-string"]))
        {
            rows.Add(option, [option, "", .. s_target]);
            rows.Add(option, [option + "=", .. s_target]);
        }

        rows.Add("command", ["--split-string", ""]);
        foreach (string flag in s_flags)
        {
            rows.Add(flag, [flag + "=1", "--config", There]);
            rows.Add(flag, [flag + "=", "--config", There]);
        }

        return rows;
    }

    public static TheoryData<string, string[]> Doubled()
    {
        TheoryData<string, string[]> rows = [];
        foreach (string option in s_clocks.Append("--realtime-offset"))
        {
            rows.Add(option, [option, "99999s", option, "99999s", .. s_target]);
            rows.Add(option, [option + "=99999s", "--config", There, option, "88888s"]);
        }

        foreach (string option in s_dates)
        {
            rows.Add(option, [option, "@5", option, "@5", .. s_target]);
            rows.Add(option, [option + "=2020-01-01Z", "--config", There, option, "2020-01-01Z"]);
        }

        foreach (OptionRow row in OptionTable.Rows.Where(row => row.TakesValue && row.Name != OptionNames.SplitString))
            rows.Add("--" + row.Name, [.. Typed(row), .. Typed(row)]);

        rows.Add("--config", ["--config", There, "--config", There, .. s_target]);
        rows.Add("--config", ["-c", There, "--config", "new.conf"]);
        rows.Add("--print-env", ["--print-env", "--config", "no plain name"]);
        rows.Add("--config-mode", ["--config-mode", "0640", "--config-mode", "0640", "--config", "new.conf"]);
        rows.Add("--pid", ["--pid", "1", "-p", "1"]);
        rows.Add("--log-level", ["--log-level", "debug", "--log-level", "trace", .. s_target]);
        rows.Add("--verbose", ["-vv", .. s_target]);
        foreach (string flag in s_flags)
            rows.Add(flag, [flag, "--config", There, flag]);
        return rows;
    }

    public static TheoryData<string, string[]> Unaccompanied()
    {
        TheoryData<string, string[]> rows = [];
        foreach ((OptionRow exclusive, string[] typed) in s_exclusive)
        {
            string named = "--" + exclusive.Name;
            string[] target = exclusive.Company!.TakesCommand ? s_target : [];
            foreach (OptionRow other in OptionTable.Rows.Where(other => IsStranger(exclusive, other)))
            {
                // The message may name another such option instead. A backend is refused by its own rule.
                string expected = other.Company is not null || other.Name == OptionNames.Backend ? "--" : named;
                rows.Add(expected, [.. Typed(other), .. typed, .. target]);
            }

            if (target.Length == 0)
                rows.Add(named, [.. typed, .. s_target]);
        }

        return rows;
    }

    public static TheoryData<string, string[]> Contradictory() => new()
    {
        { "--monotonic-at", ["--monotonic-at", "5s", "--monotonic-offset", "5s", .. s_target] },
        { "--boottime-at", ["--boottime-offset", "5s", "--boottime-at", "5s", .. s_target] },
        { "--config", ["--config", There, "--pid", "1"] },
        { "--config-mode", ["--config-mode", "0640", "--pid", "1"] },
        { "--monotonic-at", ["--monotonic-since", "@5", "--monotonic-at", "5s", .. s_target] },
        { "--monotonic-offset", ["--monotonic-since", "@5", "--monotonic-offset", "5s", .. s_target] },
        { "--boottime-at", ["--boottime-since", "@5", "--boottime-at", "5s", .. s_target] },
        { "--boottime-offset", ["--boottime-since", "@5", "--boottime-offset", "monotonic", "--config", There] },
        { "--realtime-at", ["--realtime-at", "@5", "--realtime-offset", "0", .. s_target] },
        { "--save", ["--save", "--realtime-at", "@5", "--config", There] },
        { "--resume", ["--resume", "--realtime-offset", "0", "--config", There] },
        { "--resume", ["--resume", "--monotonic-since", "@5", "--config", There] },
        { "--criu-action", ["--criu-action", "--realtime-at", "@5", "--config", There] },
        { "--list", ["--list", "--realtime-at", "@5"] },
        { "command", ["--realtime-at", "@5"] },
        { "--save", ["--save", "--resume", "--config", There] },
        { "--save", ["--save", "--monotonic-at", "5s", "--config", There] },
        { "--resume", ["--resume", "--boottime-offset", "5s", "--config", There] },
        { "--resume", ["--resume", .. s_target] },
        { "--elapsed", ["--elapsed", "--config", There] },
        { "--elapsed", ["--save", "--elapsed", "--config", There] },
        { "--criu-action", ["--criu-action"] },
        { "--criu-action", ["--criu-action", "--resume", "--config", There] },
        { "--criu-action", ["--criu-action", "--monotonic-at", "5s", "--config", There] },
        { "--criu-action", ["--criu-action", "--config", There, .. s_target] },
        { "--verbose", ["--verbose", "--log-level", "debug", .. s_target] },
        { "--json", ["--json", "--config", There, .. s_target] },
        { "--save", ["--save", "--config", There, .. s_target] },
        { "--list", ["--list", .. s_target] },
        { "--list", ["--list", "--config", There] },
        { "--list", ["--list", "--pid", "1"] },
        { "--list", ["--list", "--monotonic-at", "5s"] },
        { "--list", ["--list", "--save"] },
        { "--list", ["--list", "--elapsed"] },
        { "--list", ["--list", "--criu-action"] },
        { "--list", ["--list", "--print-env"] },
        { "--print-env", ["--print-env", "--config", There, .. s_target] },
        { "--print-env", ["--print-env"] },
        { "--print-env", ["--print-env", "--json", "--config", There] },
        { "--print-env", ["--print-env", "--pid", "1"] },
        { "--print-env", ["--check", "--print-env", "--config", There, .. s_target] },
        { "--check", ["--check", "--config", There] },
        { "command", ["--force"] },
        { "command", ["--json"] },
        { "command", ["--monotonic-at", "5s", "--"] },
        { "--save", ["--save"] },
        { "--config-mode", ["--config-mode", "0640", .. s_target] },
    };

    public static TheoryData<string, string[]> Nonsense()
    {
        TheoryData<string, string[]> rows = [];
        string[] times =
        [
            "9223372036854775807s", "2305843009213693952.000000001", "99999999999999999999999999999999999999999", "300000000000000w",
            "2305843009213693952s1ns", "-99999999d", "-9223372036854775809", "1.5ns", "0.0000000001", "1e5", "0x10", "1_000", "1,5s",
            "- 5s", "1 .5s", "5 5", "5\ns", " ", "5s\u00a0", "5\u00b5", "5 µ s", "--5", "-", "+", ".", ".s", "s", "5S", "5H", "inf", "NaN", "ü", "٥s", "５s", "--",
        ];
        foreach (string option in s_clocks)
        {
            foreach (string time in times)
                rows.Add(option, [option, time, "--config", There, .. s_target]);
            rows.Add(option, [option, "-99999999d", "--config", There]);
            rows.Add(option, [option, "12x", "--config", "new.conf"]);
        }

        foreach (string time in times.Append("1y").Append("2 months"))
            rows.Add("--realtime-offset", ["--realtime-offset", time, "--config", There, .. s_target]);
        foreach (string option in s_dates)
        {
            foreach (string date in (string[])["last friday", "2038-13-01", "5s", "+5d", "-5d", "@", "@5 5", "2038-01-19T03:14:60Z", "ü", "@99999999999999999999"])
                rows.Add(option, [option, date, "--config", There, .. s_target]);
            rows.Add(option, [option, "tomorrow", "--config", "new.conf"]);
        }

        foreach (string option in s_dates.Where(option => option.EndsWith("-since", StringComparison.Ordinal)))
        {
            // One date is in the future; the other is so far in the past that a config file cannot hold the offset.
            rows.Add(option, [option, "9999-01-01Z", "--config", There]);
            rows.Add(option, [option, "@-2305843009213693952", "--config", "new.conf"]);
        }

        rows.Add("--realtime-at", ["--realtime-at", "1969-12-31T23:59:59.999999999Z", "--config", There]);
        rows.Add("--realtime-at", ["--realtime-at", "@-0.000000001", .. s_target]);
        rows.Add("--realtime-offset", ["--realtime-offset", "monotonic", "--config", There]);
        foreach (string option in s_clocks.Where(option => option.EndsWith("-at", StringComparison.Ordinal)))
            rows.Add(option, [option, "+5s", "--config", There]);
        string[] modes = ["888", "-1", "+640", "0x180", "rw-", "1600", "7777", "0777777", "40000000600", "0", "0400", "ü", "６４０"];
        foreach (string mode in modes)
            rows.Add("--config-mode", ["--config-mode", mode, "--config", "new.conf"]);
        string[] processes = ["0", "-1", "+1", "1.5", " 1", "1 ", "0x1", "self", "2147483648", "99999999999999999999", "ü", "١"];
        foreach (string pid in processes)
            rows.Add("--pid", ["--pid", pid]);
        foreach (string level in (string[])["DEBUG", "verbose", "-1", "5", "99999999999999999999", "ü"])
            rows.Add("--log-level", ["--log-level", level, .. s_target]);
        foreach (string text in (string[])["\"open", "'open", "end\\", "\\q", "$HOME", "${1}", "${ü}", "${OPEN"])
            rows.Add("--split-string", ["-S", text]);
        rows.Add("-x", ["-S", "-S -x"]);
        rows.Add("--monotonic-at", ["-S", "--monotonic-at"]);
        foreach (string option in (string[])["--no-such", "-x", "-5", "--monotonic", "--MONOTONIC-AT", "-ü", "--ü", "--x", "---", "---x", "-vx"])
            rows.Add(option == "-vx" ? "-x" : option, [option, "5s", .. s_target]);
        return rows;
    }

    [Theory(Timeout = Limits.Test)]
    [InlineData("--mono", "--monotonic-at, --monotonic-offset, --monotonic-since")]
    [InlineData("--re", "--realtime-at, --realtime-offset, --realtime-rate, --resume")]
    [InlineData("--c", "--config, --config-mode, --config-layout, --criu-action, --check")]
    [InlineData("--s", "--save, --split-string")]
    [InlineData("--ver", "--verbose, --version")]
    public async Task Ambiguous_abbreviation_lists_what_it_may_be(string option, string candidates)
    {
        Result result = await Command.Launcher(option, "0600", "--", "true").RunAsync();
        Assert.Equal((125, $"virttime-run: {option}: is ambiguous; it may be {candidates}\n"), (result.ExitCode, result.Error));
    }

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Incomplete))]
    public Task Missing_or_superfluous_value(string named, string[] arguments) => AssertRefusedAsync(named, arguments);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Doubled))]
    public Task Option_given_twice(string named, string[] arguments) => AssertRefusedAsync(named, arguments);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Contradictory))]
    public Task Options_that_do_not_go_together(string named, string[] arguments) => AssertRefusedAsync(named, arguments);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Unaccompanied))]
    public Task Option_that_goes_with_few_others(string named, string[] arguments) => AssertRefusedAsync(named, arguments);

    [Theory(Timeout = Limits.Test)]
    [MemberData(nameof(Nonsense))]
    public Task Value_or_option_that_is_none(string named, string[] arguments) => AssertRefusedAsync(named, arguments);

    [Theory(Timeout = Limits.Test)]
    [InlineData("--monotonic-at", @"\377", "")]
    [InlineData("--boottime-offset", @"5\200s", "")]
    [InlineData("--pid", @"\303\050", "")]
    [InlineData("--log-level", @"\355\240\200", "touch ran")]
    [InlineData("--config-mode", @"\376\377", "")]
    [InlineData("--split-string", @"$\377", "")]
    public async Task Value_that_is_not_UTF_8(string option, string octal, string command) =>
        await AssertRefusedAsync(option, ["-c", $"exec \"$0\" \"$1\" \"$(printf '{octal}')\" {command}", Paths.Launcher, option], "sh");

    [Theory(Timeout = Limits.Test)]
    [InlineData("no/such/directory/conf")]
    [InlineData("a\nb/conf")]
    [InlineData("/dev/null")]
    [InlineData(".")]
    [InlineData("empty")]
    public Task Config_that_cannot_be_one(string path) =>
        AssertRefusedAsync("--config", ["--config", path, "--monotonic-at", "5s", .. s_target]);

    private static bool IsStranger(OptionRow exclusive, OptionRow other)
    {
        bool isSelf = other == exclusive;
        bool isShown = other.Name is OptionNames.Help or OptionNames.Version or OptionNames.SplitString;
        return !isSelf && !isShown && !exclusive.Company!.Options.Contains(other.Name);
    }

    /// <summary>Returns the option with a value that is valid by itself.</summary>
    private static string[] Typed(OptionRow row) => row.Placeholder switch
    {
        null => ["--" + row.Name],
        "TIME" => ["--" + row.Name, "5s"],
        "WHEN" => ["--" + row.Name, "@5"],
        "RATE" => ["--" + row.Name, "2"],
        "FILE" => ["--" + row.Name, There],
        "PID" => ["--" + row.Name, "1"],
        "DIR" or "STRING" => ["--" + row.Name, "new"],
        _ => ["--" + row.Name, row.Words[0]],
    };

    private static async Task AssertRefusedAsync(string named, string[] arguments, string? program = null)
    {
        using TemporaryDirectory directory = new();
        (await Command.Launcher("--config", directory.File(There), "--monotonic-at", "12345s").RunAsync()).Succeeded();
        await File.WriteAllBytesAsync(directory.File("empty"), [], TestContext.Current.CancellationToken);
        string before = await SnapshotAsync(directory);

        Command command = program == null ? Command.Launcher(arguments) : Command.Of(program, arguments);
        Result result = await (command with { WorkingDirectory = directory.Path }).With("XDG_RUNTIME_DIR", directory.Path).RunAsync();

        Assert.True(result.ExitCode == 125, result.ToString());
        Assert.Empty(result.Output);
        string line = Assert.Single(result.ErrorLines);
        Assert.Equal(line + "\n", result.Error);
        Assert.StartsWith("virttime-run: ", line, StringComparison.Ordinal);
        Assert.Contains(" " + named, line, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.Equal(before, await SnapshotAsync(directory));
    }

    /// <summary>Returns all file names, and the parts of the config file that are not slots.</summary>
    private static async Task<string> SnapshotAsync(TemporaryDirectory directory)
    {
        string[] names = Directory.GetFileSystemEntries(directory.Path, "*", SearchOption.AllDirectories);
        byte[] content = new byte[2 * ConfigLayout.ExtensionSize];
        using FileStream file = File.Open(directory.File(There), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await file.ReadExactlyAsync(content.AsMemory(0, ConfigLayout.ExtensionSize), TestContext.Current.CancellationToken);
        file.Position = ConfigLayout.ExtensionPosition;
        await file.ReadExactlyAsync(content.AsMemory(ConfigLayout.ExtensionSize), TestContext.Current.CancellationToken);
        string size = file.Length.ToString(CultureInfo.InvariantCulture);
        return string.Join('\n', [.. names.Order(StringComparer.Ordinal), size, Convert.ToHexString(content)]);
    }
}
