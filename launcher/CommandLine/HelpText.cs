namespace VirtTime.CommandLine;

/// <summary>The output of <c>--help</c>: at most 80 columns, with the options in the order of <see cref="OptionTable"/>.</summary>
internal static class HelpText
{
    // The column at which the description of an option begins.
    private const int Column = 31;

    /// <summary>The output of <c>--version</c>.</summary>
    public static string VersionLine => $"virttime-run {Version}\n";

    public static string Version => typeof(HelpText).Assembly.GetName().Version!.ToString(3);

    private const string Start =
        """
        Usage:
          virttime-run [OPTION]... [--] COMMAND [ARG]...
          virttime-run [OPTION]... --config FILE
          virttime-run [OPTION]... --pid PID
          virttime-run [--json] --list
          virttime-run --install DIR
          virttime-run --generate WHAT

        Run COMMAND with shifted clocks. Without COMMAND: create, change or show a
        config file, or change or show the clocks of a running program.


        """;

    private const string End =
        """
        TIME is a number with a unit, or several of them joined: 12345s, 90m, 1.5h,
        3d12h, 250ms, "2h 30min". The units are ns us ms s m h d w, or systemd's longer
        names. A number without a unit is in seconds.

        WHEN is a date: 2030-01-31, "2030-01-31 12:00" (local time), 2030-01-31Z
        (midnight UTC), 2030-01-31T12:00:00.5Z, 2030-01-31T12:00+01:00, or @SECONDS
        since 1970. Without a time: midnight. For any other form use date(1):
        --realtime-at "$(date -d tomorrow +@%s)". With --realtime-at the date continues
        from WHEN.

        Long options may be abbreviated.

        RATE is a number from 0 to 1000000, or a distance from 1 such as -50ppm.

        Exit status: COMMAND's own; 125 if virttime-run fails, 126 if COMMAND cannot be
        run, 127 if it is not found.

        """;

    public static string Text => Start + string.Concat(OptionTable.Rows.GroupBy(row => row.Group).Select(Section)) + End;

    private static string Section(IGrouping<OptionGroup, OptionRow> rows) => $"{Heading(rows.Key)}:\n{string.Concat(rows.Select(Describe))}\n";

    private static string Heading(OptionGroup group) => group == OptionGroup.ConfigFile ? "Config file" : group.ToString();

    private static string Describe(OptionRow row)
    {
        string letter = row.Letter is char given ? $"-{given}, " : "    ";
        string head = $"  {letter}--{row.Name}{(row.TakesValue ? " " + row.Placeholder : "")}".PadRight(Column);
        return head + row.Help.Replace("\n", "\n" + new string(' ', Column), StringComparison.Ordinal) + "\n";
    }
}
