using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>
/// Recognises a launcher as the command of another launcher. It is static and reads the host's clocks on purpose; its own command gets the
/// library.
/// </summary>
internal static class LauncherProgram
{
    private const string Name = "virttime-run";

    public static bool Is(ProgramFile file) => file.Path[(file.Path.LastIndexOf('/') + 1)..] == Name || IsThisOne(file);

    private static bool IsThisOne(ProgramFile file) =>
        statx_buffer.Of("/proc/self/exe") is statx_buffer own && file.Status.IsSameFileAs(own);
}
