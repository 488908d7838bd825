namespace VirtTime.Target;

/// <summary>The result of inspecting a command: it can be shifted, it would escape, or it is unknown.</summary>
/// <param name="Steps">The files that are executed, each by the one before.</param>
/// <param name="Escape">Why the last file would run on the host's clocks, with the remedy; null if it would not, or if unknown.</param>
/// <param name="Doubt">Why it is unknown how the last file will run; otherwise null.</param>
internal sealed record Finding(IReadOnlyList<FindingStep> Steps, string? Escape, string? Doubt)
{
    /// <summary>Why executing the last file raises privileges, such as <c>is set-user-ID</c>; null if it does not.</summary>
    public string? Raises { get; init; }

    /// <summary>Into which kind of static program the library can be placed at the command's exec.</summary>
    public StaticProgram Static { get; init; }

    /// <summary>The file to execute.</summary>
    public string Command => Steps[0].Path;

    /// <summary>The last file, which <see cref="Escape"/> and <see cref="Doubt"/> are about.</summary>
    public string Path => Steps[^1].Path;
}

/// <summary>A static program that the kernel executes directly, or as the interpreter of a script.</summary>
internal enum StaticProgram
{
    /// <summary>The last file is no static program, or a program starts it that the launcher does not trace, or it raises privileges.</summary>
    None,

    /// <summary>Go reads its clocks through the vDSO, and waits for relative times only.</summary>
    Go,

    /// <summary>Go with a C library, as cgo needs it. Its C code may wait for absolute times by system calls of its own.</summary>
    GoWithLibc,

    /// <summary>Another one, which may wait for absolute times by system calls of its own.</summary>
    Other,
}

/// <param name="Kind">The kind of file in a few words, such as <c>dynamic program</c>.</param>
internal readonly record struct FindingStep(string Path, string Kind)
{
    /// <summary>The kind of a program for another machine, or with another size of addresses.</summary>
    public const string Foreign = "foreign program";
}
