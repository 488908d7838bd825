using VirtTime.CommandLine;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary>How the library gets into a command, as far as that can be told before the exec.</summary>
/// <param name="IsPlaced">The launcher places the library into the program; otherwise the loader loads it.</param>
/// <param name="Refusal">Why the command must not run, with the remedy; null if it may.</param>
/// <param name="Warning">What the user must know if it runs; null if nothing.</param>
internal readonly record struct Verdict(bool IsPlaced, string? Refusal, string? Warning)
{
    private const string Other = "is a static program that is not recognised as Go: its clocks ";

    private const string LinkedWithLibc =
        "is a static Go program with a C library: absolute waits of its C code go to the kernel unchanged, and hang or end early; "
            + "if it has such waits, link it dynamically";

    /// <summary>Begins the error of a static program into which the library should be placed.</summary>
    public const string NotPlaced = "the library cannot be placed into this static program: ";

    /// <summary>Whether the library is to be placed into the command, if that is possible and not refused.</summary>
    public static bool WantsPlacement(Request request, Finding finding) =>
        request.Backend == Backend.Place || (finding.Static is StaticProgram.Go or StaticProgram.GoWithLibc && request.Backend is Backend.Default or Backend.Auto);

    public static Verdict Of(Request request, Finding finding)
    {
        bool force = request.Running.Force;
        if (request.Backend == Backend.Place)
            return OfPlace(finding, force);

        if (WantsPlacement(request, finding))
            return OfGo(finding);

        string? refusal = finding.Escape is null || force ? null : finding.Escape + ", or give --force to run it on the host's clocks";
        return new(false, refusal, finding.Escape ?? finding.Doubt);
    }

    private static Verdict OfGo(Finding finding) => new(true, null, finding.Static == StaticProgram.GoWithLibc ? LinkedWithLibc : null);

    private static Verdict OfPlace(Finding finding, bool force) => finding switch
    {
        { Static: StaticProgram.Go or StaticProgram.GoWithLibc } => OfGo(finding),
        { Static: StaticProgram.Other } when force => new(
            true, null, Other + "are virtual, but its absolute waits go to the kernel unchanged, and hang or end early; use --backend namespace, or link it dynamically"),
        { Static: StaticProgram.Other } => new(
            true,
            Other + "would be virtual, but its absolute waits would go to the kernel unchanged, and hang or end early; use --backend namespace, "
                + "link it dynamically, or give --force",
            null),
        { Escape: string escape } => new(true, escape, null),
        { Doubt: string doubt } => new(true, doubt + "; the library is placed only into a file that virttime-run can read", null),
        _ => new(true, "is not static, so its loader loads the library; omit --backend place", null),
    };
}
