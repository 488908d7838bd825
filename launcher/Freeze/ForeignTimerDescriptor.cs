using System.Globalization;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Freeze;

/// <summary>
/// A timerfd of another process that is armed with an absolute time, and when it is to expire once the clocks are changed.
/// </summary>
/// <remarks>
/// It is known by <c>/proc/PID/fdinfo/N</c>, and set through a descriptor of ours for the same timer (<c>pidfd_getfd</c>): nothing runs in the
/// process. All are read before any is set, so that one which several descriptors lead to is set several times to the same.
/// </remarks>
/// <param name="Expiry">By our own clocks.</param>
/// <param name="Interval">A duration.</param>
/// <param name="Ticks">How often it has expired without having been read, which setting it would forget.</param>
/// <param name="IsIdle">It is not going to expire.</param>
internal sealed record ForeignTimerDescriptor(DescriptorTable Table, int Descriptor, int Flags, timespec Expiry, timespec Interval, ulong Ticks, bool IsIdle)
{
    private bool HasInterval => (Interval.tv_sec | Interval.tv_nsec) != 0;

    /// <summary>Those of a table whose threads stand still, on a clock that changes.</summary>
    public static IEnumerable<ForeignTimerDescriptor> Of(DescriptorTable table, ClockMove move)
    {
        foreach (string name in table.Descriptors())
        {
            if (table.TargetOf(name) != "anon_inode:[timerfd]")
                continue;
            int descriptor = int.Parse(name, CultureInfo.InvariantCulture);
            if (TryRead(table, descriptor, move) is not ForeignTimerDescriptor timer)
                continue;

            // A periodic one that has expired stands still until somebody asks. Then its next expiry is known.
            if (timer.IsIdle && timer.HasInterval && timer.TryAsk())
                timer = TryRead(table, descriptor, move) ?? timer;
            if (!timer.IsIdle || timer.HasInterval)
                yield return timer;
        }
    }

    /// <summary>Sets it.</summary>
    /// <returns>False where the kernel or its rules do not let us: it keeps the time that remains.</returns>
    public unsafe bool TrySet()
    {
        using Descriptor timer = Table.Open(Descriptor);
        if (!timer.IsOpen)
            return false;

        // Asked for with what it has already, before anything is forgotten.
        ulong ticks = Ticks;
        if (ticks != 0 && SystemCalls.ioctl(timer.Number, SystemCalls.TFD_IOC_SET_TICKS, &ticks) != 0)
            return false;
        itimerspec value = new() { it_interval = Interval, it_value = Expiry };
        if (SystemCalls.timerfd_settime(timer.Number, Flags, &value, null) != 0)
            return false;
        if (ticks == 0)
            return true;

        // It may have expired at once.
        ticks += ReadTicks(ByteString.From(SmallFile.TryRead($"/proc/self/fdinfo/{timer.Number}") ?? [])) ?? 0;
        return SystemCalls.ioctl(timer.Number, SystemCalls.TFD_IOC_SET_TICKS, &ticks) == 0;
    }

    private unsafe bool TryAsk()
    {
        itimerspec left;
        using Descriptor timer = Table.Open(Descriptor);
        return timer.IsOpen && SystemCalls.timerfd_gettime(timer.Number, &left) == 0;
    }

    private static ForeignTimerDescriptor? TryRead(DescriptorTable table, int descriptor, ClockMove move)
    {
        string info = table.InformationOf(descriptor);
        if (!int.TryParse(Field(info, "clockid"), CultureInfo.InvariantCulture, out int clock)
            || !int.TryParse(Field(info, "settime flags"), CultureInfo.InvariantCulture, out int flags)
            || ReadTicks(info) is not ulong ticks
            || TryParseTime(Field(info, "it_value")) is not timespec left
            || TryParseTime(Field(info, "it_interval")) is not timespec interval)
            return null;

        timespec difference = move.Of(clock);
        if ((flags & Time.TFD_TIMER_ABSTIME) == 0 || (difference.tv_sec | difference.tv_nsec) == 0)
            return null;

        // Our clock is read after the kernel has: what comes of it may be late by that, and never early.
        timespec now = HostClocks.Now().Of(ClockFamilies.Of(clock));
        timespec expiry = TimespecMath.ToHostDeadline(TimespecMath.Add(now, left), difference);
        bool isIdle = (left.tv_sec | left.tv_nsec) == 0;
        return new ForeignTimerDescriptor(table, descriptor, flags, expiry, interval, ticks, isIdle);
    }

    private static ulong? ReadTicks(string info) =>
        ulong.TryParse(Field(info, "ticks"), CultureInfo.InvariantCulture, out ulong ticks) ? ticks : null;

    private static string Field(string info, string name)
    {
        int start = info.IndexOf($"\n{name}: ", StringComparison.Ordinal);
        if (start < 0)
            return "";
        start += name.Length + 3;
        int end = info.IndexOf('\n', start);
        return info[start..(end < 0 ? info.Length : end)];
    }

    // (SECONDS, NANOSECONDS)
    private static timespec? TryParseTime(string text)
    {
        string[] parts = text.Trim('(', ')').Split(", ");
        timespec time = default;
        bool isTime = parts.Length == 2
            && long.TryParse(parts[0], CultureInfo.InvariantCulture, out time.tv_sec)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out time.tv_nsec);
        return isTime ? time : null;
    }
}
