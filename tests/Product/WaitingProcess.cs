using VirtTime.Config;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>A process that is in a call in flight.</summary>
internal sealed class WaitingProcess : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private RunningProgram? _program;
    private int _pid;
    private decimal _deadline;

    public string Config => _directory.File("a \"conf\" file");

    public static async Task<WaitingProcess> StartAsync(Func<Command, Command>? where = null)
    {
        WaitingProcess waiting = new();
        string program = await NativeProgram.BuildAsync("slot_wait.c");
        string[] clock = ["--monotonic-at", "12345s", "--config", waiting.Config];
        Command command = Command.Launcher([.. clock, "--", program, "clock_nanosleep", "25000"]);
        waiting._program = (where == null ? command : where(command)).Start();
        waiting._pid = (int)await waiting._program.ReadNumberAsync("thread");
        waiting._deadline = await waiting._program.ReadNumberAsync("deadline");
        using ConfigFile config = ConfigFile.Open(waiting.Config);
        await config.InFlightAsync(waiting._pid);
        return waiting;
    }

    /// <summary>An ancestor on the host's clocks: <c>timeout</c>.</summary>
    public int Root => _program!.ProcessGroup;

    public Command Action(string stage) => Command.Of(Path.Combine(Paths.Root, "scripts", "criu-action.sh"))
        .With("CRTOOLS_SCRIPT_ACTION", stage)
        .With("CRTOOLS_INIT_PID", $"{_pid}")
        .With("VIRTTIME_CRIU_CONFIG", Config)
        .With("VIRTTIME_RUN", Paths.Launcher);

    /// <summary>
    /// Asserts that the virtual clock read <paramref name="saved"/> between two host times, and that the call in flight moved along.
    /// </summary>
    public void AssertGoesOn(decimal saved, decimal earliest, decimal latest)
    {
        using ConfigFile config = ConfigFile.Open(Config);
        Assert.InRange(config.Offset, earliest - saved, latest - saved);
        Assert.Equal(_deadline + config.Offset, config.Slot(_pid));
    }

    public async Task<byte[]> ReadExtensionAsync()
    {
        byte[] block = new byte[ConfigLayout.ExtensionSize];
        using FileStream file = File.Open(Config, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = ConfigLayout.ExtensionPosition;
        await file.ReadExactlyAsync(block, TestContext.Current.CancellationToken);
        return block;
    }

    public void Dispose()
    {
        _program?.Dispose();
        _directory.Dispose();
    }
}
