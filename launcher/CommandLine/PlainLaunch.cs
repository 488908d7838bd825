namespace VirtTime.CommandLine;

/// <summary>Reads the options of most launches, a command on clocks of its own, without CommandLineParser.</summary>
/// <remarks>The parser's reflection takes more time than all else that the launcher does.</remarks>
internal static class PlainLaunch
{
    /// <summary>What the parser would read; null where it has to: for other options, for one that was given twice, and without a command.</summary>
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
        Advance = list.ValueOf(OptionNames.Advance),
    };
}
