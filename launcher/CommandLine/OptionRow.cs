namespace VirtTime.CommandLine;

/// <summary>The groups of the options, which are also the headings of the help. Each group is parsed into a class of its own.</summary>
internal enum OptionGroup
{
    /// <summary><see cref="ClockOptions"/>.</summary>
    Clocks,

    /// <summary><see cref="ConfigOptions"/>.</summary>
    ConfigFile,

    /// <summary><see cref="RunningOptions"/>.</summary>
    Running,

    /// <summary><see cref="OutputOptions"/>.</summary>
    Output,
}

/// <summary>One option: a row of <see cref="OptionTable"/>.</summary>
/// <param name="Placeholder">The name of the value in the help and the manual page; null if the option takes no value.</param>
/// <param name="Help">The description in the help, in lines of at most 49 columns.</param>
internal sealed record OptionRow(OptionGroup Group, string Name, string? Placeholder, string Help)
{
    /// <summary>The short form; null if the option has none.</summary>
    public char? Letter { get; init; }

    /// <summary>The words that a shell completion offers as values.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>The options further down in the table that cannot be combined with this one.</summary>
    public string[] Contradicts { get; init; } = [];

    /// <summary>Null if the option can be combined with every option that does not contradict it.</summary>
    public OptionCompany? Company { get; init; }

    /// <summary>Why <c>--backend namespace</c> cannot fulfil the option; null if it can.</summary>
    public string? NotInNamespace { get; init; }

    public bool TakesValue => Placeholder is not null;
}

/// <summary>What can be combined with an option that is a form of the command line of its own, such as <c>--list</c>.</summary>
/// <param name="Options">The only options that may be given with it.</param>
/// <param name="Reason">The error if another option is given, or a command although <paramref name="TakesCommand"/> is false.</param>
internal sealed record OptionCompany(string[] Options, string Reason, bool TakesCommand = false);
