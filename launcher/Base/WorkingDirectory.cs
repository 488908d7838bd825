namespace VirtTime.Base;

/// <summary>Makes paths independent of the working directory, which the target may change.</summary>
internal static unsafe class WorkingDirectory
{
    private const int PathLimit = 4096;

    /// <exception cref="LauncherException">The path is relative and the working directory is gone.</exception>
    public static string Absolute(string path)
    {
        if (path is ['/', ..])
            return path;

        byte* buffer = stackalloc byte[PathLimit];
        if (SystemCalls.getcwd(buffer, PathLimit) == null || *buffer != '/')
            throw new LauncherException("working directory", "its path cannot be read (" + ErrorNumber.Text(ErrorNumber.Last) + "); give an absolute path");

        return ByteString.FromTerminated(buffer).TrimEnd('/') + "/" + path;
    }
}
