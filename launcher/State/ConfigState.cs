using VirtTime.Clocks;
using VirtTime.CommandLine;
using VirtTime.Config;
using VirtTime.Diagnostics;

namespace VirtTime.State;

/// <summary>One clock of a config file, in nanoseconds.</summary>
/// <param name="Offset">Host − virtual, as the file has it.</param>
internal readonly record struct ClockState(string Name, Int128 Host, Int128 Offset)
{
    public Int128 Virtual => Host - Offset;
}

/// <summary>A call in flight, in nanoseconds.</summary>
internal readonly record struct CallState(int Thread, string Clock, Int128 VirtualDeadline, Int128 TimeLeft);

/// <summary>What there is to show of a config file at one moment.</summary>
/// <param name="MadeOnThisBoot">Null where the file or the kernel does not say.</param>
/// <param name="Saved">The virtual clocks that <c>--save</c> noted, by name; empty where there are none.</param>
internal sealed record ConfigState(
    string Path,
    bool? MadeOnThisBoot,
    IReadOnlyList<ClockState> Clocks,
    IReadOnlyList<(string Name, Int128 Value)> Saved,
    IReadOnlyList<CallState> Calls)
{
    private const string Monotonic = "monotonic";
    private const string Boottime = "boottime";
    private const string Realtime = "realtime";

    public static ConfigState Of(ConfigFile file, HostClocks.Moment host)
    {
        ConfigHeader header = ConfigHeader.Read(file);
        if (header.IsUnfinished)
            StandardStreams.WriteMessage(
                $"note: {ConfigErrors.What(file.Path)}: a change was begun and not finished; the next change or command completes it");
        ClockOffsets offsets = ClockOffsets.Of(header);
        ClockState[] clocks =
        [
            new(Monotonic, Nanoseconds(host.Monotonic), Nanoseconds(offsets.Monotonic)),
            new(Boottime, Nanoseconds(host.Boottime), Nanoseconds(offsets.Boottime)),
            new(Realtime, Nanoseconds(host.Realtime), Nanoseconds(offsets.Realtime)),
        ];
        HostClocks.Moment? saved = SavedClocks.Of(header);
        return new ConfigState(
            file.Path, BootCheck.IsOfThisBoot(header), clocks, saved is null ? [] : NameSaved(saved.Value), ReadCalls(file, offsets, clocks));
    }

    private static (string Name, Int128 Value)[] NameSaved(HostClocks.Moment saved) =>
    [
        (Monotonic, Nanoseconds(saved.Monotonic)),
        (Boottime, Nanoseconds(saved.Boottime)),
        (Realtime, Nanoseconds(saved.Realtime)),
    ];

    private static List<CallState> ReadCalls(ConfigFile file, ClockOffsets offsets, ClockState[] clocks)
    {
        List<CallState> calls = [];
        foreach (Slot slot in SlotTable.Read(file))
        {
            ClockState clock = clocks.First(clock => clock.Name == NameOf(slot.Clock));
            Int128 deadline = Nanoseconds(slot.Deadline);
            calls.Add(new CallState(slot.Thread, clock.Name, deadline - Nanoseconds(offsets.Of(slot.Clock)), deadline - clock.Host));
        }

        return calls;
    }

    private static string NameOf(int clock) => ClockOffsets.FamilyOf(clock) switch
    {
        ClockFamily.Boottime => Boottime,
        ClockFamily.Realtime => Realtime,
        _ => Monotonic,
    };

    private static Int128 Nanoseconds(Libc.timespec time) => ClockSetting.ToNanoseconds(time);
}
