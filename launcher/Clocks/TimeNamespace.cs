using System.Globalization;
using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>The host clocks as another process sees them: those of its time namespace (<c>time_namespaces(7)</c>).</summary>
internal static class TimeNamespace
{
    /// <summary>What to add to the launcher's own clocks to get those of the process.</summary>
    internal readonly record struct Difference(Int128 Monotonic, Int128 Boottime)
    {
        public HostClocks.Moment Apply(HostClocks.Moment own) => own with
        {
            Monotonic = Nanoseconds128.ToTimespec(Nanoseconds128.Of(own.Monotonic) + Monotonic),
            Boottime = Nanoseconds128.ToTimespec(Nanoseconds128.Of(own.Boottime) + Boottime),
        };
    }

    /// <exception cref="LauncherException">The namespaces differ, and by how much cannot be found out.</exception>
    public static Difference Between(int pid)
    {
        string? own = SmallFile.TryReadLink("/proc/self/ns/time");
        string? other = SmallFile.TryReadLink($"/proc/{pid}/ns/time");
        if (own is not null && own == other)
            return default;

        byte[]? ownOffsets = SmallFile.TryRead("/proc/self/timens_offsets");
        byte[]? otherOffsets = SmallFile.TryRead($"/proc/{pid}/timens_offsets");
        if (ownOffsets is null && own is null)
            return default;

        // timens_offsets are those of the namespace that children will be in, which only after unshare(2) is another than the
        // process's own.
        if (ownOffsets is null || otherOffsets is null || HasOtherForChildren("self", own) || HasOtherForChildren($"{pid}", other))
            throw new LauncherException(
                $"--pid {pid}", "runs in another time namespace, whose offsets cannot be read; run virttime-run inside it");

        return new Difference(
            Offset(otherOffsets, "monotonic") - Offset(ownOffsets, "monotonic"),
            Offset(otherOffsets, "boottime") - Offset(ownOffsets, "boottime"));
    }

    /// <summary>What the launcher's own time namespace adds to the machine's clocks; nothing where that cannot be found out.</summary>
    public static Difference OfLauncher()
    {
        // PROC_TIME_INIT_INO: the kernel gives the first time namespace this number on every machine.
        const string Machine = "time:[4026531834]";
        string? own = SmallFile.TryReadLink("/proc/self/ns/time");
        return own is null or Machine || HasOtherForChildren("self", own) ? default : TryReadForChildren() ?? default;
    }

    /// <summary>
    /// The offsets of the time namespace that this process's children will be in, from the machine's own clocks; null where they cannot be read.
    /// </summary>
    public static Difference? TryReadForChildren() => SmallFile.TryRead("/proc/self/timens_offsets") is byte[] offsets
        ? new Difference(Offset(offsets, "monotonic"), Offset(offsets, "boottime"))
        : null;

    private static bool HasOtherForChildren(string process, string? own)
    {
        string? children = SmallFile.TryReadLink($"/proc/{process}/ns/time_for_children");
        return own is not null && children is not null && children != own;
    }

    // A line is the clock's name, seconds and nanoseconds; Linux 5.5 wrote the clock's number.
    private static Int128 Offset(byte[] offsets, string clock)
    {
        string number = clock == "monotonic" ? "1" : "7";
        foreach (string line in ByteString.From(offsets).Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 3 || (fields[0] != clock && fields[0] != number))
                continue;

            timespec offset;
            offset.tv_sec = long.Parse(fields[1], CultureInfo.InvariantCulture);
            offset.tv_nsec = long.Parse(fields[2], CultureInfo.InvariantCulture);
            return Nanoseconds128.Of(offset);
        }

        return 0;
    }
}
