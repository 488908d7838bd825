using VirtTime.Base;
using VirtTime.Target;

namespace VirtTime.Placement;

/// <summary>The library, open to be mapped into a static program.</summary>
internal sealed class PlacedLibrary : IDisposable
{
    private readonly ProgramFile _file;

    private PlacedLibrary(ProgramFile file, LibraryImage image)
    {
        _file = file;
        Image = image;
    }

    public LibraryImage Image { get; }

    public int Descriptor => _file.Descriptor;

    /// <exception cref="LauncherException">The library cannot be placed.</exception>
    public static PlacedLibrary Open(string path)
    {
        ProgramFile file = ProgramFile.Open(path);
        return new PlacedLibrary(file, LibraryImage.Read(file));
    }

    public void Dispose() => _file.Dispose();
}
