namespace VirtTime.Base;

/// <summary>The exit statuses of the launcher itself, as <c>env(1)</c> has them.</summary>
internal static class ExitStatus
{
    public const int Success = 0;
    public const int LauncherFailed = 125;
    public const int CommandCannotRun = 126;
    public const int CommandNotFound = 127;
}
