namespace VirtTime.Base;

/// <summary>Makes paths absolute, because the target may change the working directory.</summary>
internal static unsafe class WorkingDirectory
{
    private const int PathLimit = 4096;

    /// <exception cref="LauncherException">The path is relative, and the working directory has been removed or has no path here.</exception>
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
