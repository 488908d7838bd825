using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Launching;

/// <summary>A user without privileges, with a directory and an installation of his own. Skips the test if it cannot switch to him.</summary>
internal sealed class OrdinaryUser : IDisposable
{
    private const string Id = "65534";

    private readonly TemporaryDirectory _directory = new TemporaryDirectory().Public();

    public OrdinaryUser()
    {
        Needs.Root();
        Needs.Tool("setpriv");
        Launcher = _directory.Copy(Paths.Launcher);
        _directory.Copy(Paths.Library);
        Directory.CreateDirectory(_directory.File("own"));
        File.SetUnixFileMode(_directory.File("own"), (UnixFileMode)0b111_111_111);
    }

    public string Launcher { get; }

    /// <summary>Returns a path in a directory where he may write.</summary>
    public string PathOf(string name) => Path.Combine(_directory.File("own"), name);

    /// <summary>Copies a program to a directory where he may execute it.</summary>
    public string Copy(string program) => _directory.Copy(program);

    /// <summary>Returns the command changed so that it runs as this user.</summary>
    public static Command Run(Command command) =>
        Command.Of("setpriv", ["--reuid=" + Id, "--regid=" + Id, "--clear-groups", command.File, .. command.Arguments]) with
        {
            Environment = command.Environment,
        };

    public Command Launch(params string[] arguments) =>
        Run(Command.Of(Launcher, arguments).With("XDG_RUNTIME_DIR", _directory.File("own")));

    public void Dispose() => _directory.Dispose();
}
