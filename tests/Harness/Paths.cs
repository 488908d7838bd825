namespace VirtTime.Tests.Harness;

/// <summary>Paths of files in the repository.</summary>
internal static class Paths
{
    public static string Root { get; } = FindRoot();

    public static string Dist { get; } = Path.Combine(Root, "artifacts", Emulation.IsOn ? "dist-arm64" : "dist");

    /// <summary>The interposer under test.</summary>
    public static string Library { get; } = Path.Combine(Dist, "libvirttime.so");

    /// <summary>The launcher under test.</summary>
    public static string Launcher { get; } = Path.Combine(Dist, "virttime-run");

    /// <summary>The tool that the library's build runs on the compiler's object file. <c>dotnet</c> runs it.</summary>
    public static string UnwindTool { get; } = Path.Combine(Root, "libvirttime", "unwind", "bin", "Release", "net10.0", "virttime-unwind.dll");

    /// <summary>Sources of the programs that the tests run.</summary>
    public static string Programs { get; } = Path.Combine(Root, "tests", "programs");

    /// <summary>The directory for the built programs.</summary>
    public static string Built { get; } = Path.Combine(Root, "artifacts", Emulation.IsOn ? "tests-arm64" : "tests");

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory != null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "global.json")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository");
    }
}
