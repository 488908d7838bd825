using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>The kernel's clocks. The launcher is linked statically, so no interposer gets between: not even inside another virttime-run.</summary>
internal static class HostClocks
{
    // The clocks of one moment are read within this, unless the machine is slower each time.
    private const long Enough = 10_000;
    private const int Tries = 50;

    /// <summary>A moment of the host's clocks.</summary>
    internal readonly record struct Moment(timespec Monotonic, timespec Boottime, timespec Realtime)
    {
        /// <summary>The clocks were read one after the other, within so many nanoseconds; 0 where they were noted elsewhere.</summary>
        public long Uncertainty { get; init; }

        public timespec Of(ClockFamily family) => family switch
        {
            ClockFamily.Boottime => Boottime,
            ClockFamily.Realtime => Realtime,
            _ => Monotonic,
        };
    }

    /// <summary>The clocks as of one moment: read again where a pause lay between them, such as that of another process's turn.</summary>
    public static Moment Now()
    {
        Moment best = ReadAll();
        for (int i = 1; i < Tries && best.Uncertainty > Enough; i++)
        {
            Moment moment = ReadAll();
            if (moment.Uncertainty < best.Uncertainty)
                best = moment;
        }

        return best;
    }

    private static Moment ReadAll()
    {
        timespec first = Read(SystemCalls.CLOCK_MONOTONIC);
        timespec boottime = Read(SystemCalls.CLOCK_BOOTTIME);
        timespec realtime = Read(SystemCalls.CLOCK_REALTIME);
        timespec passed = TimespecMath.Subtract(Read(SystemCalls.CLOCK_MONOTONIC), first);
        return new Moment(first, boottime, realtime) { Uncertainty = (passed.tv_sec * TimespecMath.NanosecondsPerSecond) + passed.tv_nsec };
    }

    private static timespec Read(int clock)
    {
        SystemCalls.clock_gettime(clock, out timespec time);
        return time;
    }
}
