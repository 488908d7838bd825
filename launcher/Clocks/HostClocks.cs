using VirtTime.Base;
using VirtTime.Format;

namespace VirtTime.Clocks;

/// <summary>The host clocks. The launcher is linked statically, so it reads them even as the command of another virttime-run.</summary>
internal static class HostClocks
{
    // In nanoseconds. The clocks are read again, up to Tries times, until the reading takes no longer than this.
    private const long Enough = 10_000;
    private const int Tries = 50;

    /// <summary>The host clocks at one moment.</summary>
    internal readonly record struct Moment(timespec Monotonic, timespec Boottime, timespec Realtime)
    {
        /// <summary>The time between the first and the last reading, in nanoseconds; 0 if the clocks come from a file.</summary>
        public long Uncertainty { get; init; }

        /// <summary><c>CLOCK_TAI</c> − <c>CLOCK_REALTIME</c> in whole seconds; 0 if the clocks come from a file.</summary>
        public long Leap { get; init; }

        public timespec Of(ClockFamily family) => family switch
        {
            ClockFamily.Boottime => Boottime,
            ClockFamily.Realtime => Realtime,
            _ => Monotonic,
        };

        /// <summary>What a clock of any family reads; <c>CLOCK_TAI</c> is ahead of its family.</summary>
        public timespec OfClock(int clock)
        {
            timespec time = Of(ClockFamilies.Of(clock));
            time.tv_sec += clock == Time.CLOCK_TAI ? Leap : 0;
            return time;
        }
    }

    /// <summary>Reads all clocks. Reads them again if the thread was interrupted between them.</summary>
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

    /// <summary>
    /// Waits until the host's coarse realtime clock has come to a moment that has just passed: a tick of the kernel at most. Gives up after 20 ms, if the
    /// host's clock was set back.
    /// </summary>
    public static void WaitForCoarse(timespec realtime)
    {
        const long Longest = 20_000_000;
        timespec start = Read(SystemCalls.CLOCK_MONOTONIC);
        while (TimespecMath.Subtract(Read(SystemCalls.CLOCK_REALTIME_COARSE), realtime).tv_sec < 0)
        {
            timespec waited = TimespecMath.Subtract(Read(SystemCalls.CLOCK_MONOTONIC), start);
            if (waited.tv_sec != 0 || waited.tv_nsec > Longest)
                return;
            Thread.Yield();
        }
    }

    private static Moment ReadAll()
    {
        timespec first = Read(SystemCalls.CLOCK_MONOTONIC);
        timespec boottime = Read(SystemCalls.CLOCK_BOOTTIME);
        timespec realtime = Read(SystemCalls.CLOCK_REALTIME);
        timespec passed = TimespecMath.Subtract(Read(SystemCalls.CLOCK_MONOTONIC), first);
        return new Moment(first, boottime, realtime)
        {
            Uncertainty = (passed.tv_sec * TimespecMath.NanosecondsPerSecond) + passed.tv_nsec,
            Leap = ReadLeap(),
        };
    }

    // Both clocks have the same nanoseconds, so the seconds are compared within one second of CLOCK_REALTIME.
    private static long ReadLeap()
    {
        timespec before, tai, after;
        do
        {
            before = Read(SystemCalls.CLOCK_REALTIME);
            tai = Read(SystemCalls.CLOCK_TAI);
            after = Read(SystemCalls.CLOCK_REALTIME);
        }
        while (before.tv_sec != after.tv_sec);
        return tai.tv_sec - before.tv_sec;
    }

    private static timespec Read(int clock)
    {
        SystemCalls.clock_gettime(clock, out timespec time);
        return time;
    }
}
