namespace VirtTime.Base;

/// <summary>The exit statuses of the launcher itself, the same as those of <c>env(1)</c>.</summary>
internal static class ExitStatus
{
    public const int Success = 0;
    public const int LauncherFailed = 125;
    public const int CommandCannotRun = 126;
    public const int CommandNotFound = 127;
}
