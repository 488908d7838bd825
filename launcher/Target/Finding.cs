namespace VirtTime.Target;

/// <summary>What inspection found about a command.</summary>
/// <param name="Steps">The files that are executed one by the other, and what each is.</param>
/// <param name="Escape">Why the last of them would run on the host's clocks, with the remedy; null where it can be virtualised.</param>
internal sealed record Finding(IReadOnlyList<FindingStep> Steps, string? Escape)
{
    /// <summary>The file at fault where there is one.</summary>
    public string Path => Steps[^1].Path;
}

/// <param name="Kind">In a few words, such as <c>dynamic program</c>.</param>
internal readonly record struct FindingStep(string Path, string Kind);
