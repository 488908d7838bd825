using VirtTime.Execution;
using VirtTime.Native;

namespace VirtTime.Target;

/// <summary>Finds the file of a command as <c>execvp(3)</c> does.</summary>
internal static class SearchPath
{
    // What confstr(_CS_PATH) gives where PATH is not set.
    private const string Default = "/bin:/usr/bin";

    /// <summary>The path to execute; relative where the command or an entry of PATH is.</summary>
    /// <exception cref="LauncherException">Not found (127), or found and not executable (126).</exception>
    public static string Resolve(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
            return Check(command) is LauncherException failure ? throw failure : command;

        LauncherException? denied = null;
        foreach (string directory in (EnvironmentBlock.Current.Find("PATH") ?? Default).Split(':'))
        {
            string path = directory.Length == 0 ? "./" + command : $"{directory}/{command}";
            LauncherException? failure = Check(path);
            if (failure is null)
                return path;

            if (failure.ExitStatus == ExitStatus.CommandCannotRun)
                denied ??= failure;
        }

        throw denied ?? new LauncherException(command, "command not found; give its path, or check PATH", ExitStatus.CommandNotFound);
    }

    private static LauncherException? Check(string path)
    {
        if (SystemCalls.statx(SystemCalls.AT_FDCWD, path, 0, statx_buffer.STATX_BASIC_STATS, out statx_buffer status) != 0)
        {
            return Errno.Last is Errno.ENOENT or Errno.ENOTDIR
                ? new LauncherException(path, "no such file; check the name of the command", ExitStatus.CommandNotFound)
                : new LauncherException(path, Errno.Text(Errno.Last), ExitStatus.CommandCannotRun);
        }

        if (status.IsDirectory)
            return new LauncherException(path, "is a directory; give the name of a program in it", ExitStatus.CommandCannotRun);

        return SystemCalls.faccessat(SystemCalls.AT_FDCWD, path, SystemCalls.X_OK, SystemCalls.AT_EACCESS) == 0
            ? null
            : new LauncherException(path, "permission denied; chmod +x makes a program executable", ExitStatus.CommandCannotRun);
    }
}
