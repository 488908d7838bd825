using VirtTime.Base;

namespace VirtTime.Commands.Criu;

/// <summary>The directory of criu's images: <c>CRTOOLS_IMAGE_DIR</c>, a link in criu's own folder of /proc.</summary>
internal sealed class ImageDirectory : IDisposable
{
    private const string Variable = "CRTOOLS_IMAGE_DIR";

    private readonly Descriptor _directory;

    private ImageDirectory(Descriptor directory, string path)
    {
        _directory = directory;
        Path = path;
    }

    public int Descriptor => _directory.Number;

    private string Path { get; }

    /// <exception cref="LauncherException">The variable is not set, or the directory cannot be opened.</exception>
    public static ImageDirectory Open()
    {
        string path = EnvironmentBlock.Current.Find(Variable) is { Length: > 0 } named
            ? named
            : throw new LauncherException(Variable, "is not set; --criu-action works only as an action script of CRIU");
        const int Flags = SystemCalls.O_RDONLY | SystemCalls.O_NOCTTY;
        Descriptor directory = Base.Descriptor.Open(path, Flags | SystemCalls.O_DIRECTORY);
        int error = ErrorNumber.Last;

        // If criu has file capabilities, other processes cannot open its folder in /proc. criu runs scripts in its work directory, by default that of
        // the images.
        if (!directory.IsOpen && error is ErrorNumber.EACCES or ErrorNumber.EPERM)
            directory = Base.Descriptor.Open(".", Flags | SystemCalls.O_DIRECTORY);
        if (!directory.IsOpen)
            throw new LauncherException(Variable, $"{path}: {ErrorNumber.Text(error)}");

        return new ImageDirectory(directory, SmallFile.TryReadLink($"/proc/self/fd/{directory.Number}") ?? path);
    }

    public string PathOf(string name) => Path + "/" + name;

    /// <exception cref="LauncherException">The file cannot be read.</exception>
    public byte[] Read(string name) =>
        SmallFile.TryReadAt(Descriptor, name) ?? throw MigrationErrors.NoInventory(PathOf(name), ErrorNumber.Last);

    public void Dispose() => _directory.Dispose();
}
