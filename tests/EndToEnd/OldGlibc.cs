using VirtTime.Tests.Harness;

namespace VirtTime.Tests.EndToEnd;

/// <summary>glibc 2.31, whose libpthread is a separate library. Programs are linked with it and run by its loader.</summary>
/// <remarks><c>tests/programs/old_glibc/fetch.sh</c> fetches it once.</remarks>
internal sealed class OldGlibc
{
    private static readonly Lazy<Task<Result?>> s_fetched = new(FetchOnceAsync);
    private static readonly string s_root = Path.Combine(Paths.Root, "artifacts", "glibc-2.31");

    private OldGlibc()
    {
    }

    public string Libraries { get; } = Path.Combine(s_root, "lib", "x86_64-linux-gnu");

    public string Loader => Path.Combine(Libraries, "ld-2.31.so");

    /// <summary>Returns it, or skips the test if it is unavailable or the run is a short one.</summary>
    public static async Task<OldGlibc> NeedAsync()
    {
        Needs.FullRun();
        Needs.Tool("apt-get");
        Needs.Tool("dpkg-deb");
        Result? fetched = await s_fetched.Value;
        Assert.SkipUnless(fetched is not { ExitCode: not 0 }, "cannot get the packages of Debian 11: " + fetched?.Error.Trim());
        return new OldGlibc();
    }

    /// <summary>Builds a program, or with <c>-shared</c> a library, linked with only these libraries of glibc 2.31.</summary>
    public async Task<string> BuildAsync(string source, string[] libraries, params string[] options)
    {
        Directory.CreateDirectory(Paths.Built);
        string target = Path.Combine(Paths.Built, $"{Path.GetFileNameWithoutExtension(source)}.2.31.{Environment.ProcessId}");
        string[] always = ["-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-nodefaultlibs"];
        string[] linked = ["-L" + Libraries, .. libraries.Select(library => "-l:" + library), "-lgcc"];
        string path = Path.Combine(Paths.Programs, source);
        (await Command.Compiler("gcc", [.. always, .. options, "-o", target, path, .. linked]).RunAsync()).Succeeded();
        return target;
    }

    // Returns null if the files were already there.
    private static async Task<Result?> FetchOnceAsync()
    {
        if (Directory.Exists(s_root))
            return null;
        Command fetch = Command.Of("sh", Path.Combine(Paths.Programs, "old_glibc", "fetch.sh"), s_root, "bullseye", "libc6");
        return await (fetch with { Limit = TimeSpan.FromSeconds(100) }).RunAsync();
    }
}
