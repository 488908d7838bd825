using System.Collections.Concurrent;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>Another C library than this machine's: compiles programs for it and runs them with it.</summary>
/// <param name="name">
/// A suite of Debian, whose root directory <c>tests/programs/old_glibc/root.sh</c> fetches once; or musl, which is installed on the machine.
/// </param>
internal sealed class Libc(string name)
{
    public const string Musl = "musl";

    // All mounts disappear with the last process of the mount namespace. The source tree and /tmp have the same paths inside as outside.
    private const string Enter =
        """
        root=$1 tree=$2
        shift 2
        mount --make-rprivate /
        for place in /proc /dev /tmp "$tree"; do
            mkdir -p "$root$place"
            mount --rbind "$place" "$root$place"
        done
        exec chroot "$root" env "$@"
        """;

    private static readonly ConcurrentDictionary<string, Lazy<Task<Libc>>> s_fetched = new();

    private readonly string _root = Path.Combine(Paths.Root, "artifacts", "roots", name);

    private bool IsMusl => name == Musl;

    /// <summary>Returns the library, or skips the test if it is unavailable.</summary>
    public static async Task<Libc> NeedAsync(string name)
    {
        if (name == Musl)
        {
            Needs.Tool("musl-gcc");
            return new Libc(name);
        }

        await Needs.MountsAsync();
        foreach (string tool in (string[])["apt-get", "debootstrap", "chroot"])
            Needs.Tool(tool);
        return await s_fetched.GetOrAdd(name, _ => new(() => FetchAsync(new Libc(name)))).Value;
    }

    /// <summary>Returns its name and version.</summary>
    public async Task<string> VersionAsync()
    {
        if (!IsMusl)
            return $"{name}: {(await Inside(Command.Of("getconf", "GNU_LIBC_VERSION")).RunAsync()).Succeeded().Output.Trim()}";
        Result loader = await Command.Of("/lib/ld-musl-x86_64.so.1").RunAsync();
        return "musl " + loader.ErrorLines.Single(line => line.StartsWith("Version ", StringComparison.Ordinal))["Version ".Length..];
    }

    public async Task<string> BuildAsync(string source)
    {
        string target = Path.Combine(Paths.Built, $"{Path.GetFileNameWithoutExtension(source)}.{name}");
        string[] always = ["-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-pthread"];

        // musl-gcc does not add the kernel's headers.
        string[] headers = ["/usr/include", "/usr/include/x86_64-linux-gnu"];
        string libraries = Path.Combine(_root, "usr", "lib", "x86_64-linux-gnu") + "/";

        // gcc would otherwise search its own directories first, also for the libraries that it links with every program.
        string[] place = IsMusl
            ? [.. headers.SelectMany(directory => (string[])["-idirafter", directory])]
            : ["--sysroot=" + _root, "-B" + libraries, "-L" + libraries];
        Directory.CreateDirectory(Paths.Built);
        Command compile = Command.Compiler(
            IsMusl ? "musl-gcc" : "gcc",
            [.. always, .. place, "-o", target, Path.Combine(Paths.Programs, source), "-ldl", "-lrt"]);
        (await compile.RunAsync()).Succeeded();
        return target;
    }

    /// <summary>Returns the command changed so that it runs in the library's root directory, with the same environment.</summary>
    public Command Inside(Command command)
    {
        if (IsMusl)
            return command;
        IEnumerable<string> variables = command.Environment.Select(entry => $"{entry.Key}={entry.Value}");
        return command with
        {
            File = "unshare",
            Arguments = ["--mount", "sh", "-euc", Enter, "sh", _root, Paths.Root, .. variables, command.File, .. command.Arguments],
            Environment = command.Environment.Clear(),
        };
    }

    private static async Task<Libc> FetchAsync(Libc libc)
    {
        if (Directory.Exists(libc._root))
            return libc;
        string suite = Path.GetFileName(libc._root);
        Command fetch = Command.Of("sh", Path.Combine(Paths.Programs, "old_glibc", "root.sh"), libc._root, suite) with { Limit = TimeSpan.FromMinutes(7) };
        Result result = await fetch.RunAsync();
        Assert.SkipUnless(result.ExitCode == 0, $"cannot get a root of Debian's {suite}: {result.Error.Trim()}");
        return libc;
    }
}
