namespace VirtTime.CommandLine;

/// <summary>The options as they were typed, by group. <see cref="Request"/> holds their meaning.</summary>
internal sealed record TypedOptions(ClockOptions Clocks, ConfigOptions Config, RunningOptions Running, OutputOptions Output)
{
    /// <exception cref="LauncherException">An option was given twice.</exception>
    public static TypedOptions Read(ArgumentList list) => new(
        PlainLaunch.TryRead(list) ?? OptionsParser.Parse<ClockOptions>(list, OptionGroup.Clocks),
        OptionsParser.Parse<ConfigOptions>(list, OptionGroup.ConfigFile),
        OptionsParser.Parse<RunningOptions>(list, OptionGroup.Running),
        OptionsParser.Parse<OutputOptions>(list, OptionGroup.Output));
}
