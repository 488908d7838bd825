namespace VirtTime.Target;

/// <summary>What inspection found about a command: it can be virtualised, would escape, or was not understood.</summary>
/// <param name="Steps">The files that are executed one by the other, and what each is.</param>
/// <param name="Escape">Why the last of them would run on the host's clocks, with the remedy; null where that is not known.</param>
/// <param name="Doubt">Why it is not known what the last of them does; the kernel, or <c>env</c>, is left to judge. Otherwise null.</param>
internal sealed record Finding(IReadOnlyList<FindingStep> Steps, string? Escape, string? Doubt)
{
    /// <summary>By what executing the last of them raises privileges, such as <c>is set-user-ID</c>; null where it does not.</summary>
    public string? Raises { get; init; }

    /// <summary>The file to execute.</summary>
    public string Command => Steps[0].Path;

    /// <summary>The file at fault where there is one.</summary>
    public string Path => Steps[^1].Path;
}

/// <param name="Kind">In a few words, such as <c>dynamic program</c>.</param>
internal readonly record struct FindingStep(string Path, string Kind)
{
    /// <summary>A kind: for another machine, or of another size of addresses.</summary>
    public const string Foreign = "foreign program";
}
