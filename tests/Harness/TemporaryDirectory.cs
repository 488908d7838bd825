namespace VirtTime.Tests.Harness;

/// <summary>A directory for one test, deleted with its contents.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("virttime-test-");

    public string Path => _directory.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Lets other users read the directory.</summary>
    public TemporaryDirectory Public()
    {
        System.IO.File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
        return this;
    }

    /// <summary>Copies a file here, readable and executable for all users, and returns its new path.</summary>
    public string Copy(string path)
    {
        string copy = File(System.IO.Path.GetFileName(path));
        System.IO.File.Copy(path, copy);
        System.IO.File.SetUnixFileMode(copy, (UnixFileMode)0b111_101_101);
        return copy;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
