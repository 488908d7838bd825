using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>
/// A launcher as the command of another. Nothing can be preloaded into it, and nothing need be: it sees the host's clocks on
/// purpose, and its own command gets an interposer.
/// </summary>
internal static class LauncherProgram
{
    private const string Name = "virttime-run";

    public static bool Is(ProgramFile file) => file.Path[(file.Path.LastIndexOf('/') + 1)..] == Name || IsThisOne(file);

    private static bool IsThisOne(ProgramFile file) =>
        statx_buffer.Of("/proc/self/exe") is statx_buffer own && file.Status.IsSameFileAs(own);
}
