namespace VirtTime.CommandLine;

/// <summary>Reads the options of a launch that has clock options only, without CommandLineParser.</summary>
/// <remarks>Most launches are of this kind. The parser's reflection takes more time than the rest of the launcher's own work.</remarks>
internal static class PlainLaunch
{
    /// <summary>
    /// The same result as the parser's. Null if the parser is needed: for other options, an option that was given twice, or without a command.
    /// </summary>
    public static ClockOptions? TryRead(ArgumentList list)
    {
        if (list.Command.Length == 0)
            return null;

        for (int i = 0; i < list.Options.Count; i++)
        {
            OptionRow row = list.Options[i].Row;
            if (row.Group != OptionGroup.Clocks || list.IndexOf(row.Name) != i)
                return null;
        }

        return Read(list);
    }

    private static ClockOptions Read(ArgumentList list) => new()
    {
        MonotonicAt = list.ValueOf(OptionNames.MonotonicAt),
        MonotonicOffset = list.ValueOf(OptionNames.MonotonicOffset),
        MonotonicSince = list.ValueOf(OptionNames.MonotonicSince),
        BoottimeAt = list.ValueOf(OptionNames.BoottimeAt),
        BoottimeOffset = list.ValueOf(OptionNames.BoottimeOffset),
        BoottimeSince = list.ValueOf(OptionNames.BoottimeSince),
        RealtimeAt = list.ValueOf(OptionNames.RealtimeAt),
        RealtimeOffset = list.ValueOf(OptionNames.RealtimeOffset),
        RealtimeRate = list.ValueOf(OptionNames.RealtimeRate),
        Advance = list.ValueOf(OptionNames.Advance),
    };
}
