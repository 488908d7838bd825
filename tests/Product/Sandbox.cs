using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>A mount namespace with its own <c>/usr/local</c> and <c>/opt</c>, for recipes that name fixed paths.</summary>
internal sealed class Sandbox : IDisposable
{
    private const string Enter =
        """
        mount --make-rprivate /
        mount --bind "$1/local" /usr/local
        mount --bind "$1/opt" /opt
        shift
        exec "$@"
        """;

    private static readonly string[] s_hidden = ["/usr/local/", "/opt/"];

    private readonly TemporaryDirectory _directory = new();

    private Sandbox() => Directory.CreateDirectory(Opt);

    public string Local => _directory.File("local");

    public string Opt => _directory.File("opt");

    /// <summary>Creates a sandbox with VirtTime installed in <c>/usr/local</c>.</summary>
    public static async Task<Sandbox> CreateAsync()
    {
        await Needs.MountsAsync();
        Assert.SkipWhen(s_hidden.Any(place => Paths.Root.StartsWith(place, StringComparison.Ordinal)), $"would hide {Paths.Root}");
        Sandbox sandbox = new();
        Directory.CreateDirectory(sandbox.Local);
        (await sandbox.Inside(Installation.Command("/usr/local")).RunAsync()).Succeeded();
        return sandbox;
    }

    public Command Inside(Command command) => command with
    {
        File = "unshare",
        Arguments = ["--mount", "sh", "-euc", Enter, "sh", _directory.Path, command.File, .. command.Arguments],
    };

    /// <summary>Skips the test if python3 is missing, or is in one of the two hidden directories.</summary>
    public async Task NeedsPythonAsync()
    {
        Result python = await Inside(Command.Of("python3", "-c", "")).RunAsync();
        Assert.SkipUnless(python.ExitCode == 0, "python3 is not installed, or in /usr/local or /opt");
    }

    public void Dispose() => _directory.Dispose();
}
