using System.Buffers.Binary;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>A process with a call in flight.</summary>
internal sealed class WaitingProcess : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private RunningProgram? _program;
    private int _pid;
    private decimal _deadline;

    public string Config => _directory.File("a \"conf\"\tfile\n of strange name");

    /// <summary>The directory of images as CRIU leaves it when it runs the scripts: with an inventory.</summary>
    public string Images => _directory.File("images");

    /// <param name="where">Wraps the launcher.</param>
    /// <param name="size">The size of the config file in bytes.</param>
    public static async Task<WaitingProcess> StartAsync(Func<Command, Command>? where = null, long size = ConfigLayout.FileSize)
    {
        WaitingProcess waiting = new();
        waiting.Dump();
        if (size != ConfigLayout.FileSize)
        {
            using FileStream file = File.Create(waiting.Config);
            file.SetLength(size);
        }

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

    /// <summary>The process id of <c>timeout</c>, an ancestor that runs on the host's clocks.</summary>
    public int Root => _program!.ProcessGroup;

    public Command Action(string stage) => Command.Of(Path.Combine(Paths.Root, "scripts", "criu-action.sh"))
        .With("CRTOOLS_SCRIPT_ACTION", stage)
        .With("CRTOOLS_INIT_PID", $"{_pid}")
        .With("CRTOOLS_IMAGE_DIR", Images)
        .With("VIRTTIME_CRIU_CONFIG", Config)
        .With("VIRTTIME_RUN", Paths.Launcher);

    /// <summary>Makes images that belong to a new dump.</summary>
    public void Dump()
    {
        Directory.CreateDirectory(Images);
        File.WriteAllText(Path.Combine(Images, "inventory.img"), Guid.NewGuid().ToString());
    }

    /// <summary>Returns the virtual monotonic clock at the dump, in seconds.</summary>
    public decimal DumpedClock()
    {
        const long ClockPosition = 32;
        Span<byte> bytes = stackalloc byte[16];
        using FileStream image = File.OpenRead(Path.Combine(Images, "virttime.img"));
        RandomAccess.Read(image.SafeFileHandle, bytes, ClockPosition);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes) + (BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) / 1_000_000_000m);
    }

    /// <summary>Ends the process, and returns when no process has the file mapped any more.</summary>
    public async Task EndAsync()
    {
        _program!.Dispose();
        _program = null;
        while (Directory.Exists($"/proc/{_pid}"))
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// Asserts that the virtual clock read <paramref name="saved"/> between two host times, and that the deadline was moved by the same difference.
    /// </summary>
    public void AssertGoesOn(decimal saved, decimal earliest, decimal latest)
    {
        using ConfigFile config = ConfigFile.Open(Config);
        Assert.InRange(config.Offset, earliest - saved, latest - saved);
        Assert.Equal(_deadline + config.Offset, config.Slot(_pid));
    }

    public Task<byte[]> ReadConfigAsync() => File.ReadAllBytesAsync(Config, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _program?.Dispose();
        _directory.Dispose();
    }
}
