using VirtTime.Config;
using VirtTime.Libc;
using VirtTime.Native;

namespace VirtTime.Clocks;

/// <summary>The kernel's clocks. The launcher is linked statically, so no interposer gets between: not even inside another virttime-run.</summary>
internal static class HostClocks
{
    /// <summary>A moment of the host's clocks, read one right after the other.</summary>
    internal readonly record struct Moment(timespec Monotonic, timespec Boottime, timespec Realtime)
    {
        public timespec Of(ClockFamily family) => family switch
        {
            ClockFamily.Boottime => Boottime,
            ClockFamily.Realtime => Realtime,
            _ => Monotonic,
        };
    }

    public static Moment Now() =>
        new(Read(SystemCalls.CLOCK_MONOTONIC), Read(SystemCalls.CLOCK_BOOTTIME), Read(SystemCalls.CLOCK_REALTIME));

    private static timespec Read(int clock)
    {
        SystemCalls.clock_gettime(clock, out timespec time);
        return time;
    }
}
