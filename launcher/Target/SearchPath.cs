using VirtTime.Base;

namespace VirtTime.Target;

/// <summary>Finds the file of a command as <c>execvp(3)</c> does, with the same errors.</summary>
internal static class SearchPath
{
    // execvp uses the value of confstr(_CS_PATH) if PATH is not set.
    private const string Default = "/bin:/usr/bin";

    /// <summary>The files to try, in order: <c>execvp</c> skips a file whose interpreter is missing.</summary>
    /// <param name="directory">The directory in which relative paths begin; null for the working directory.</param>
    /// <exception cref="LauncherException">No file is left to try: not found (status 127), or found but not executable (status 126).</exception>
    public static IEnumerable<string> Matches(string command, EnvironmentBlock environment, string? directory)
    {
        if (command.Length == 0)
            throw new LauncherException("command", "is empty; give the name of a program", ExitStatus.CommandNotFound);

        if (command.Contains('/', StringComparison.Ordinal))
        {
            string path = Join(directory, command);
            yield return Check(path, out _) is LauncherException failure ? throw failure : path;
            yield break;
        }

        LauncherException? denied = null;
        bool matched = false;
        int error = ErrorNumber.ENOENT;
        foreach (string entry in (environment.Find("PATH") ?? Default).Split(':'))
        {
            string path = Join(directory, entry.Length == 0 ? "./" + command : $"{entry}/{command}");
            LauncherException? failure = Check(path, out error);
            matched |= failure is null;
            if (failure is null)
                yield return path;
            else if (error == ErrorNumber.EACCES)
                denied ??= failure;
            else if (error is not (ErrorNumber.ENOENT or ErrorNumber.ENOTDIR or ErrorNumber.ESTALE or ErrorNumber.ENODEV or ErrorNumber.ETIMEDOUT))
                throw failure;
        }

        // If there were matches, the caller has skipped them all, because their interpreters are missing. Then the last error counts, as in
        // execvp.
        if (denied is not null || !matched || error is not (ErrorNumber.ENOENT or 0))
            throw denied ?? NotFound(command, error);
    }

    private static LauncherException NotFound(string command, int error) => new(
        command,
        "command not found; give its path, or check PATH" + LineEnd.HintFor(command),
        error is ErrorNumber.ENOENT or 0 ? ExitStatus.CommandNotFound : ExitStatus.CommandCannotRun);

    private static string Join(string? directory, string path) =>
        directory is null || path is ['/', ..] ? path : $"{directory.TrimEnd('/')}/{path}";

    private static LauncherException? Check(string path, out int error)
    {
        error = 0;
        if (statx_buffer.Of(path) is not statx_buffer status)
        {
            error = ErrorNumber.Last;
            return error switch
            {
                ErrorNumber.ENOENT => new(path, "no such file; check the name of the command" + LineEnd.HintFor(path), ExitStatus.CommandNotFound),
                ErrorNumber.ENOTDIR => new(path, "a part of the path is not a directory; check the name of the command", ExitStatus.CommandCannotRun),
                _ => new(path, ErrorNumber.Text(error), ExitStatus.CommandCannotRun),
            };
        }

        if (status.IsRegularFile && ExecutableFile.IsExecutable(path))
            return null;

        error = ErrorNumber.EACCES;
        return new(path, status.IsDirectory
            ? "is a directory; give the name of a program in it"
            : status.IsRegularFile ? ExecutableFile.WhyNot(path, status) : "is not a file; give the name of a program", ExitStatus.CommandCannotRun);
    }
}
