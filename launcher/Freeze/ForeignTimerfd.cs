using System.Globalization;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Freeze;

/// <summary>A timerfd of another process that is armed with an absolute time, and its expiry after the clocks are changed.</summary>
/// <remarks>
/// The state comes from <c>/proc/PID/fdinfo/N</c>. The launcher sets the timer through its own descriptor of it (<c>pidfd_getfd</c>), so no code runs
/// in the process. All timers are read before any is set: a timer with several descriptors is then set several times to the same expiry.
/// </remarks>
/// <param name="Expiry">The new expiry, by the clock as the launcher reads it.</param>
/// <param name="Interval">The period; zero if the timer expires only once.</param>
/// <param name="Ticks">The number of expirations that the program has not read yet. Setting the timer resets this number.</param>
/// <param name="IsIdle">The kernel reports no time left, so the timer does not expire again by itself.</param>
internal sealed record ForeignTimerfd(DescriptorTable Table, int Descriptor, int Flags, timespec Expiry, timespec Interval, ulong Ticks, bool IsIdle)
{
    private bool HasInterval => (Interval.tv_sec | Interval.tv_nsec) != 0;

    /// <summary>Returns the absolute timers of a table on clocks that change. The table's threads must be stopped.</summary>
    public static IEnumerable<ForeignTimerfd> Of(DescriptorTable table, ClockMove move)
    {
        foreach (string name in table.Descriptors())
        {
            if (table.TargetOf(name) != "anon_inode:[timerfd]")
                continue;
            int descriptor = int.Parse(name, CultureInfo.InvariantCulture);
            if (TryRead(table, descriptor, move) is not ForeignTimerfd timer)
                continue;

            // The kernel does not restart an expired periodic timer until its time is asked for or the descriptor is read. After that its next expiry
            // is known.
            if (timer.IsIdle && timer.HasInterval && timer.TryAsk())
                timer = TryRead(table, descriptor, move) ?? timer;
            if (!timer.IsIdle || timer.HasInterval)
                yield return timer;
        }
    }

    /// <summary>Sets the timer to its new expiry.</summary>
    /// <returns>False if the kernel refuses; the timer keeps its remaining time then.</returns>
    public unsafe bool TrySet()
    {
        using Descriptor timer = Table.Open(Descriptor);
        if (!timer.IsOpen)
            return false;

        // Set the number that the timer has already. If the kernel refuses this, return before timerfd_settime resets the number.
        ulong ticks = Ticks;
        if (ticks != 0 && SystemCalls.ioctl(timer.Number, SystemCalls.TFD_IOC_SET_TICKS, &ticks) != 0)
            return false;
        itimerspec value = new() { it_interval = Interval, it_value = Expiry };
        if (SystemCalls.timerfd_settime(timer.Number, Flags, &value, null) != 0)
            return false;
        if (ticks == 0)
            return true;

        // The timer may have expired since it was set. Add these expirations.
        ticks += ReadTicks(ByteString.From(SmallFile.TryRead($"/proc/self/fdinfo/{timer.Number}") ?? [])) ?? 0;
        return SystemCalls.ioctl(timer.Number, SystemCalls.TFD_IOC_SET_TICKS, &ticks) == 0;
    }

    private unsafe bool TryAsk()
    {
        itimerspec left;
        using Descriptor timer = Table.Open(Descriptor);
        return timer.IsOpen && SystemCalls.timerfd_gettime(timer.Number, &left) == 0;
    }

    private static ForeignTimerfd? TryRead(DescriptorTable table, int descriptor, ClockMove move)
    {
        string info = Read(table, descriptor, out HostClocks.Moment moment);
        if (!int.TryParse(Field(info, "clockid"), CultureInfo.InvariantCulture, out int clock)
            || !int.TryParse(Field(info, "settime flags"), CultureInfo.InvariantCulture, out int flags)
            || ReadTicks(info) is not ulong ticks
            || TryParseTime(Field(info, "it_value")) is not timespec left
            || TryParseTime(Field(info, "it_interval")) is not timespec interval)
            return null;

        if ((flags & Time.TFD_TIMER_ABSTIME) == 0 || !move.Moves(clock))
            return null;

        // The launcher reads the clock after the kernel has computed the time left. So the new expiry may be late by this delay, but never early.
        timespec expiry = move.Convert(clock, TimespecMath.Add(moment.OfClock(clock), left));
        bool isIdle = (left.tv_sec | left.tv_nsec) == 0;
        return new ForeignTimerfd(table, descriptor, flags, expiry, interval, ticks, isIdle);
    }

    // Reads several times, and returns the reading with the shortest delay between the kernel's computation and the reading of the clocks. If the date
    // has a rate, the rate multiplies this delay.
    private static string Read(DescriptorTable table, int descriptor, out HostClocks.Moment moment)
    {
        const int Tries = 5;
        const long Enough = 50_000;
        string best = "";
        moment = default;
        long least = long.MaxValue;
        for (int i = 0; i < Tries && least > Enough; i++)
        {
            HostClocks.Moment before = HostClocks.Now();
            string info = table.InformationOf(descriptor);
            HostClocks.Moment after = HostClocks.Now();
            long delay = (long)(Nanoseconds128.Of(after.Monotonic) - Nanoseconds128.Of(before.Monotonic));
            if (delay < least)
                (least, best, moment) = (delay, info, after);
        }

        return best;
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

    // The format is (SECONDS, NANOSECONDS).
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
