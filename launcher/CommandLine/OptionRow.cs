namespace VirtTime.CommandLine;

/// <summary>The headings of the help. The options of each group are parsed into a class of their own.</summary>
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
/// <param name="Placeholder">What the help and the manual page call its value; null for an option without a value.</param>
/// <param name="Help">What the help says, in lines of at most 49 columns.</param>
internal sealed record OptionRow(OptionGroup Group, string Name, string? Placeholder, string Help)
{
    /// <summary>Null for an option without a letter.</summary>
    public char? Letter { get; init; }

    /// <summary>The words that a completion offers as values.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>The options further down in the table that cannot be given together with this one.</summary>
    public string[] Contradicts { get; init; } = [];

    /// <summary>Null for an option that goes with any other that does not contradict it.</summary>
    public OptionCompany? Company { get; init; }

    /// <summary>Why <c>--backend namespace</c> cannot do this; null where it can.</summary>
    public string? NotInNamespace { get; init; }

    public bool TakesValue => Placeholder is not null;
}

/// <summary>What an option does not go with, because it asks for something else than the other forms of the command line do.</summary>
/// <param name="Options">The only options that may be given with it.</param>
/// <param name="Reason">What is said where there is another option, or a command against <paramref name="TakesCommand"/>.</param>
internal sealed record OptionCompany(string[] Options, string Reason, bool TakesCommand = false);
