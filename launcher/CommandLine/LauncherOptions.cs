using CommandLine;

namespace VirtTime.CommandLine;

/// <summary>The options that most launches have no others than.</summary>
/// <remarks>The parser looks at every property that it is given by reflection, which is what takes it long.</remarks>
internal class MonotonicOptions
{
    [Option(OptionNames.MonotonicAt)]
    public string? MonotonicAt { get; set; }

    [Option(OptionNames.MonotonicOffset)]
    public string? MonotonicOffset { get; set; }
}

/// <summary>The same for a program that only gets another date.</summary>
internal sealed class RealtimeOptions
{
    [Option(OptionNames.RealtimeAt)]
    public string? RealtimeAt { get; set; }

    [Option(OptionNames.RealtimeOffset)]
    public string? RealtimeOffset { get; set; }
}

/// <summary>The same where a backend is named.</summary>
internal sealed class MonotonicBackendOptions : MonotonicOptions
{
    [Option(OptionNames.Backend)]
    public string? Backend { get; set; }
}

/// <summary>The options as they were typed; <see cref="Request"/> holds what they mean.</summary>
/// <remarks><c>--split-string</c> is not here: <see cref="ArgumentList"/> has replaced it before the parser runs.</remarks>
internal class LauncherOptions : MonotonicOptions
{
    [Option(OptionNames.BoottimeAt)]
    public string? BoottimeAt { get; set; }

    [Option(OptionNames.BoottimeOffset)]
    public string? BoottimeOffset { get; set; }

    [Option(OptionNames.Advance)]
    public string? Advance { get; set; }

    [Option(OptionNames.ConfigLetter, OptionNames.Config)]
    public string? Config { get; set; }

    [Option(OptionNames.ConfigMode)]
    public string? ConfigMode { get; set; }

    [Option(OptionNames.ConfigLayout)]
    public string? ConfigLayout { get; set; }

    [Option(OptionNames.PidLetter, OptionNames.Pid)]
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

    [Option(OptionNames.None)]
    public bool None { get; set; }

    [Option(OptionNames.Install)]
    public string? Install { get; set; }

    [Option(OptionNames.Check)]
    public bool Check { get; set; }

    [Option(OptionNames.Force)]
    public bool Force { get; set; }

    [Option(OptionNames.Json)]
    public bool Json { get; set; }

    [Option(OptionNames.PrintEnvironment)]
    public bool PrintEnvironment { get; set; }

    [Option(OptionNames.VerboseLetter, OptionNames.Verbose)]
    public bool Verbose { get; set; }

    [Option(OptionNames.LogLevel)]
    public string? LogLevel { get; set; }

    [Option(OptionNames.HelpLetter, OptionNames.Help)]
    public bool Help { get; set; }

    [Option(OptionNames.VersionLetter, OptionNames.Version)]
    public bool Version { get; set; }
}

/// <summary>Those that have to do with a date as well. The parser looks at them only where one is given.</summary>
internal class DatedOptions : LauncherOptions
{
    [Option(OptionNames.RealtimeAt)]
    public string? RealtimeAt { get; set; }

    [Option(OptionNames.RealtimeOffset)]
    public string? RealtimeOffset { get; set; }

    [Option(OptionNames.MonotonicSince)]
    public string? MonotonicSince { get; set; }

    [Option(OptionNames.BoottimeSince)]
    public string? BoottimeSince { get; set; }
}

/// <summary>All of them. The parser looks at them only where a backend is named.</summary>
internal sealed class BackendOptions : DatedOptions
{
    [Option(OptionNames.Backend)]
    public string? Backend { get; set; }
}
