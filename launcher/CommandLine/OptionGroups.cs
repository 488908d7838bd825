using CommandLine;

namespace VirtTime.CommandLine;

/// <summary>The options of <see cref="OptionGroup.Clocks"/> as they were typed.</summary>
internal sealed class ClockOptions
{
    [Option(OptionNames.MonotonicAt)]
    public string? MonotonicAt { get; set; }

    [Option(OptionNames.MonotonicOffset)]
    public string? MonotonicOffset { get; set; }

    [Option(OptionNames.MonotonicSince)]
    public string? MonotonicSince { get; set; }

    [Option(OptionNames.BoottimeAt)]
    public string? BoottimeAt { get; set; }

    [Option(OptionNames.BoottimeOffset)]
    public string? BoottimeOffset { get; set; }

    [Option(OptionNames.BoottimeSince)]
    public string? BoottimeSince { get; set; }

    [Option(OptionNames.RealtimeAt)]
    public string? RealtimeAt { get; set; }

    [Option(OptionNames.RealtimeOffset)]
    public string? RealtimeOffset { get; set; }

    [Option(OptionNames.RealtimeRate)]
    public string? RealtimeRate { get; set; }

    [Option(OptionNames.Advance)]
    public string? Advance { get; set; }
}

/// <summary>The options of <see cref="OptionGroup.ConfigFile"/> as they were typed.</summary>
internal sealed class ConfigOptions
{
    [Option(OptionNames.Config)]
    public string? Path { get; set; }

    [Option(OptionNames.ConfigMode)]
    public string? Mode { get; set; }

    [Option(OptionNames.ConfigLayout)]
    public string? Layout { get; set; }

    [Option(OptionNames.Pid)]
    public string? Pid { get; set; }

    [Option(OptionNames.List)]
    public bool List { get; set; }

    [Option(OptionNames.Save)]
    public bool Save { get; set; }

    [Option(OptionNames.Resume)]
    public bool Resume { get; set; }

    [Option(OptionNames.Elapsed)]
    public bool Elapsed { get; set; }

    [Option(OptionNames.NoFreeze)]
    public bool NoFreeze { get; set; }

    [Option(OptionNames.KeepWaits)]
    public bool KeepWaits { get; set; }

    [Option(OptionNames.CriuAction)]
    public bool CriuAction { get; set; }
}

/// <summary>The options of <see cref="OptionGroup.Running"/> as they were typed.</summary>
/// <remarks><c>--split-string</c> is missing, because <see cref="ArgumentList"/> replaces it before the parser runs.</remarks>
internal sealed class RunningOptions
{
    [Option(OptionNames.Backend)]
    public string? Backend { get; set; }

    [Option(OptionNames.None)]
    public bool None { get; set; }

    [Option(OptionNames.Check)]
    public bool Check { get; set; }

    [Option(OptionNames.Install)]
    public string? Install { get; set; }

    [Option(OptionNames.Force)]
    public bool Force { get; set; }
}

/// <summary>The options of <see cref="OptionGroup.Output"/> as they were typed.</summary>
internal sealed class OutputOptions
{
    [Option(OptionNames.Json)]
    public bool Json { get; set; }

    [Option(OptionNames.PrintEnvironment)]
    public bool PrintEnvironment { get; set; }

    [Option(OptionNames.Verbose)]
    public bool Verbose { get; set; }

    [Option(OptionNames.LogLevel)]
    public string? LogLevel { get; set; }

    [Option(OptionNames.Generate)]
    public string? Generate { get; set; }

    [Option(OptionNames.Help)]
    public bool Help { get; set; }

    [Option(OptionNames.Version)]
    public bool Version { get; set; }
}
