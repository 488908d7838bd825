namespace VirtTime;

/// <summary>What ends the launcher: one line for the user, and the exit status.</summary>
/// <param name="what">The option, file or command at fault.</param>
/// <param name="reason">Why, and the remedy where there is one. ASCII, apart from byte strings taken from the user.</param>
/// <param name="exitStatus">See <see cref="ExitStatus"/>.</param>
internal sealed class LauncherException(string what, string reason, int exitStatus = ExitStatus.LauncherFailed)
    : Exception(what + ": " + reason)
{
    public int ExitStatus { get; } = exitStatus;
}

/// <summary>The exit statuses of the launcher itself, as <c>env(1)</c> has them.</summary>
internal static class ExitStatus
{
    public const int Success = 0;
    public const int LauncherFailed = 125;
    public const int CommandCannotRun = 126;
    public const int CommandNotFound = 127;
}
