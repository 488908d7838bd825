using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>A program that blocks in a function until it is told otherwise (<c>conformance/block_in.c</c>), and its slot.</summary>
internal sealed class BlockedProgram : IDisposable
{
    private static readonly Shift s_shift = Shift.Named("+400d, boottime +1h");
    private static readonly string[] s_monotonic = ["MONOTONIC"];
    private static readonly string[] s_boottime = ["BOOTTIME"];

    private readonly ConfigFile _config;
    private readonly RunningProgram _program;

    private BlockedProgram(Command command, ConfigFile config)
    {
        _config = config;
        _program = command.Under(config).Start();
    }

    public string Config => _config.Path;

    public int Thread { get; private set; }

    /// <summary>As the program sees it, in seconds.</summary>
    public decimal Deadline { get; private set; }

    /// <summary>How far the host's clock of the given name is ahead of the program's; null for one that is not shifted.</summary>
    public static decimal? OffsetOf(string clock) =>
        s_monotonic.Contains(clock) ? -s_shift.Monotonic
        : s_boottime.Contains(clock) ? -s_shift.Boottime
        : null;

    /// <summary>Returns when the program sleeps in the function.</summary>
    /// <param name="function">As the program itself lists it.</param>
    /// <param name="clock">Without <c>CLOCK_</c>.</param>
    /// <param name="child">Empty, or how the child was made that blocks.</param>
    public static Task<BlockedProgram> StartAsync(string function, string clock, string child = "") =>
        StartAsync(s_shift.CreateConfig(), function, clock, child);

    /// <summary>The same under a config file that goes away with the program.</summary>
    public static async Task<BlockedProgram> StartAsync(ConfigFile config, string function, string clock, string child = "")
    {
        string[] arguments = child == "" ? [function, clock] : [function, clock, child];
        BlockedProgram program = new(Command.Of(await NativeProgram.BuildAsync("conformance/block_in.c"), arguments), config);
        string trial = await program.ReadAsync("trial");
        Assert.SkipWhen(trial is "ENOSYS" or "EINVAL", $"{function} on CLOCK_{clock} gives {trial} here");
        if (child != "")
            program.Parent = int.Parse(await program.ReadAsync("parent"), CultureInfo.InvariantCulture);
        program.Thread = int.Parse(await program.ReadAsync("thread"), CultureInfo.InvariantCulture);
        program.Deadline = decimal.Parse(await program.ReadAsync("deadline"), CultureInfo.InvariantCulture);
        await program.ReadAsync("asleep");
        return program;
    }

    /// <summary>The process that made the one that blocks.</summary>
    public int Parent { get; private set; }

    public (decimal Deadline, int Clock) Slot => SlotOf(Thread);

    public (decimal Deadline, int Clock) SlotOf(int thread) => (_config.Slot(thread), _config.SlotClock(thread));

    /// <summary>The slot that the thread takes where those before are taken.</summary>
    public (decimal Deadline, int Clock) SlotAt(int choice) => SlotOf(SlotMark.SlotOf(Thread, choice));

    public Task<string> ReadAsync(string key) => _program.ReadValueAsync(key);

    public async Task<decimal> ReadTimeAsync(string key) => decimal.Parse(await ReadAsync(key), CultureInfo.InvariantCulture);

    public Task TellAsync(string command) => _program.WriteAsync(command + "\n");

    public void Dispose()
    {
        _program.Dispose();
        _config.Dispose();
    }
}
