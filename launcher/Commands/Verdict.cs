using VirtTime.CommandLine;
using VirtTime.Target;

namespace VirtTime.Commands;

/// <summary>How the library gets into a command, as far as that can be told before the exec.</summary>
/// <param name="IsPlaced">The launcher places the library into the program; otherwise the loader loads it.</param>
/// <param name="Refusal">Why the command must not run, with the remedy; null if it may.</param>
/// <param name="Warning">What the user must know if it runs; null if nothing.</param>
internal readonly record struct Verdict(bool IsPlaced, string? Refusal, string? Warning)
{
    private const string Waits =
        "waits for absolute times by system calls of its own, which are not virtual: they would hang or end early; "
            + "use --backend namespace, or link it dynamically";

    public static Verdict Of(Request request, Finding finding)
    {
        bool force = request.Running.Force;
        if (request.Backend == Backend.Place)
            return OfPlace(finding, force);

        if (finding.Static == StaticProgram.Go && request.Backend != Backend.Preload)
            return new(true, null, null);

        string? refusal = finding.Escape is null || force ? null : finding.Escape + ", or give --force to run it on the host's clocks";
        return new(false, refusal, finding.Escape ?? finding.Doubt);
    }

    private static Verdict OfPlace(Finding finding, bool force) => finding switch
    {
        { Static: StaticProgram.Go } => new(true, null, null),
        { Static: StaticProgram.Other } when force => new(true, null, "its clocks are virtual, but it " + Waits),
        { Static: StaticProgram.Other } =>
            new(true, "is a static program other than Go: the library can be placed into it, but it may be one that " + Waits + ", or give --force", null),
        { Escape: string escape } => new(true, escape, null),
        { Doubt: string doubt } => new(true, doubt + "; the library is placed only into a file that virttime-run can read", null),
        _ => new(true, "is not static, so its loader loads the library; omit --backend place", null),
    };
}
