using System.Globalization;
using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>The host clocks as a process in another time namespace reads them (<c>time_namespaces(7)</c>).</summary>
internal static class TimeNamespace
{
    /// <summary>The time to add to the launcher's clocks to get those of the process, in nanoseconds.</summary>
    internal readonly record struct Difference(Int128 Monotonic, Int128 Boottime)
    {
        public HostClocks.Moment Apply(HostClocks.Moment own) => own with
        {
            Monotonic = Nanoseconds128.ToTimespec(Nanoseconds128.Of(own.Monotonic) + Monotonic),
            Boottime = Nanoseconds128.ToTimespec(Nanoseconds128.Of(own.Boottime) + Boottime),
        };
    }

    /// <exception cref="LauncherException">The process is in another time namespace whose offsets cannot be read.</exception>
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

        // timens_offsets belongs to the namespace of the process's future children. It differs from the process's own only after unshare(2).
        if (ownOffsets is null || otherOffsets is null || HasOtherForChildren("self", own) || HasOtherForChildren($"{pid}", other))
            throw new LauncherException(
                $"--pid {pid}", "runs in another time namespace, whose offsets cannot be read; run virttime-run inside it");

        return new Difference(
            Offset(otherOffsets, "monotonic") - Offset(ownOffsets, "monotonic"),
            Offset(otherOffsets, "boottime") - Offset(ownOffsets, "boottime"));
    }

    /// <summary>The offsets of the launcher's own time namespace from the machine's clocks; zero if unknown.</summary>
    public static Difference OfLauncher()
    {
        // PROC_TIME_INIT_INO: the kernel gives the first time namespace this number on every machine.
        const string Machine = "time:[4026531834]";
        string? own = SmallFile.TryReadLink("/proc/self/ns/time");
        return own is null or Machine || HasOtherForChildren("self", own) ? default : TryReadForChildren() ?? default;
    }

    /// <summary>
    /// The offsets from the machine's clocks of the time namespace that this process's children will be in; null if they cannot be read.
    /// </summary>
    public static Difference? TryReadForChildren() => SmallFile.TryRead("/proc/self/timens_offsets") is byte[] offsets
        ? new Difference(Offset(offsets, "monotonic"), Offset(offsets, "boottime"))
        : null;

    private static bool HasOtherForChildren(string process, string? own)
    {
        string? children = SmallFile.TryReadLink($"/proc/{process}/ns/time_for_children");
        return own is not null && children is not null && children != own;
    }

    // A line has the clock's name, seconds and nanoseconds; Linux 5.5 writes the clock's number in place of its name.
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
