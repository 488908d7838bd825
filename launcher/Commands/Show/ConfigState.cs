using VirtTime.Clocks;
using VirtTime.Commands.Adjust;
using VirtTime.Config;
using VirtTime.Diagnostics;
using VirtTime.Format;
using VirtTime.Processes;

namespace VirtTime.Commands.Show;

/// <summary>One clock of a config file, in nanoseconds.</summary>
/// <param name="Offset">Virtual − host, as in the options. A config file has the opposite sign.</param>
internal readonly record struct ClockState(string Name, Int128 Host, Int128 Offset)
{
    public Int128 Virtual => Host + Offset;

    /// <summary>How the clock runs at a rate of its own; null if it runs as fast as the host's.</summary>
    public ClockLine? Line { get; init; }
}

/// <summary>A call in flight. Times are in nanoseconds.</summary>
/// <param name="Thread">The id of the thread in its own PID namespace.</param>
/// <param name="Name">The name of the thread; null if unknown.</param>
internal readonly record struct CallState(int Thread, string? Name, string Clock, Int128 VirtualDeadline, Int128 TimeLeft);

/// <summary>The state of a config file at one moment.</summary>
/// <param name="MadeOnThisBoot">Null if unknown.</param>
/// <param name="Uncertain">The number of calls whose threads may have ended.</param>
/// <param name="LeftBehind">The number of slots whose threads have ended or are checkpointed.</param>
/// <param name="Saved">The virtual clocks that <c>--save</c> has saved, by name; empty if there are none.</param>
internal sealed record ConfigState(
    string Path,
    bool? MadeOnThisBoot,
    IReadOnlyList<ClockState> Clocks,
    IReadOnlyList<(string Name, Int128 Value)> Saved,
    IReadOnlyList<CallState> Calls,
    int Uncertain,
    int LeftBehind)
{
    /// <summary>The name of the clock that is shown as a date.</summary>
    public const string Realtime = "realtime";

    /// <summary>Why the launcher cannot tell whether the threads of the uncertain calls live; null if none is uncertain.</summary>
    public string? WhyUncertain { get; init; }

    private const string Monotonic = "monotonic";
    private const string Boottime = "boottime";

    public static ConfigState Of(OpenConfig file, HostClocks.Moment host)
    {
        ConfigHeader header = ConfigHeader.Read(file);
        if (header.IsUnfinished)
            StandardStreams.WriteMessage(
                $"note: {ConfigErrors.What(file.Path)}: a writer ended before it finished a change; the next change or command completes it");
        ClockOffsets offsets = header.Offsets;
        ClockState[] clocks = ReadClocks(offsets, host);
        HostClocks.Moment? saved = SavedClocks.Of(header);
        CallsInFlight calls = CallsInFlight.Of(file);
        return new ConfigState(
            file.Path,
            BootCheck.IsOfThisBoot(header),
            clocks,
            saved is null ? [] : NameSaved(saved.Value),
            [.. calls.Slots.Select(slot => CallOf(slot, calls.Threads?.NameOf(slot.Thread), offsets, host))],
            calls.Uncertain,
            calls.LeftBehind)
        {
            WhyUncertain = calls.Uncertain > 0 ? calls.Threads?.WhyUnknown() : null,
        };
    }

    /// <summary>All three clocks, in the order in which they are shown.</summary>
    public static ClockState[] ReadClocks(ClockOffsets offsets, HostClocks.Moment host)
    {
        HostClocks.Moment reading = offsets.Read(host);
        return
        [
            Compare(Monotonic, host.Monotonic, reading.Monotonic),
            Compare(Boottime, host.Boottime, reading.Boottime),
            Compare(Realtime, host.Realtime, reading.Realtime) with { Line = offsets.HasRate ? offsets.Realtime : null },
        ];
    }

    private static ClockState Compare(string name, timespec host, timespec reading) =>
        new(name, Nanoseconds(host), Nanoseconds(reading) - Nanoseconds(host));

    private static (string Name, Int128 Value)[] NameSaved(HostClocks.Moment saved) =>
    [
        (Monotonic, Nanoseconds(saved.Monotonic)),
        (Boottime, Nanoseconds(saved.Boottime)),
        (Realtime, Nanoseconds(saved.Realtime)),
    ];

    private static CallState CallOf(Slot slot, string? thread, ClockOffsets offsets, HostClocks.Moment host)
    {
        Int128 now = Nanoseconds(host.OfClock(slot.Clock));
        Int128 deadline = Nanoseconds(offsets.ReadAt(slot.Clock, slot.Deadline, host));
        return new CallState(slot.Thread, thread, NameOf(slot.Clock), deadline, Nanoseconds(slot.Deadline) - now);
    }

    private static string NameOf(int clock) => ClockFamilies.Of(clock) switch
    {
        ClockFamily.Boottime => Boottime,
        ClockFamily.Realtime => Realtime,
        _ => Monotonic,
    };

    private static Int128 Nanoseconds(timespec time) => Nanoseconds128.Of(time);
}
