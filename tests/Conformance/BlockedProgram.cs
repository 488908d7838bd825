using System.Globalization;
using VirtTime.Format;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Conformance;

/// <summary>A program that blocks in a function until the test releases it (<c>conformance/block_in.c</c>), and its slot.</summary>
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

    /// <summary>The deadline in seconds, by the program's own clock.</summary>
    public decimal Deadline { get; private set; }

    /// <summary>
    /// Returns how far the host's clock is ahead of the program's clock of the same name, in seconds; null if that clock is not shifted.
    /// </summary>
    public static decimal? OffsetOf(string clock) =>
        s_monotonic.Contains(clock) ? -s_shift.Monotonic
        : s_boottime.Contains(clock) ? -s_shift.Boottime
        : null;

    /// <summary>Starts the program and returns when it sleeps in the function.</summary>
    /// <param name="function">A name from the program's own list.</param>
    /// <param name="clock">The clock's name without <c>CLOCK_</c>.</param>
    /// <param name="child">How the program makes the child that blocks, or empty if it blocks itself.</param>
    public static Task<BlockedProgram> StartAsync(string function, string clock, string child = "") =>
        StartAsync(s_shift.CreateConfig(), function, clock, child);

    /// <summary>Does the same with a given config file, which is deleted with the program.</summary>
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

    /// <summary>The process that made the blocking process.</summary>
    public int Parent { get; private set; }

    public (decimal Deadline, int Clock) Slot => SlotOf(Thread);

    public (decimal Deadline, int Clock) SlotOf(int thread) => (_config.Slot(thread), _config.SlotClock(thread));

    /// <summary>Returns the slot that the thread uses if it has found this many of its slots taken.</summary>
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
