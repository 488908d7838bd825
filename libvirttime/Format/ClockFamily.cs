using System.Runtime.CompilerServices;

namespace VirtTime.Format;

/// <summary>Clocks that share an offset.</summary>
public enum ClockFamily
{
    Monotonic,
    Boottime,
    Realtime,
}

/// <summary>Which clocks belong to which family: the only place that says so (<see cref="Time"/> has the ids).</summary>
/// <remarks>
/// Clocks of processor time and dynamic clocks belong to none: their ids are negative, or not among these. Compiled into the interposer, the launcher
/// and the tests, so it uses nothing but integers.
/// </remarks>
public static class ClockFamilies
{
    private const uint Monotonic = (1u << Time.CLOCK_MONOTONIC) | (1u << Time.CLOCK_MONOTONIC_RAW) | (1u << Time.CLOCK_MONOTONIC_COARSE);
    private const uint Boottime = (1u << Time.CLOCK_BOOTTIME) | (1u << Time.CLOCK_BOOTTIME_ALARM);
    private const uint Realtime = (1u << Time.CLOCK_REALTIME) | (1u << Time.CLOCK_REALTIME_COARSE)
        | (1u << Time.CLOCK_REALTIME_ALARM) | (1u << Time.CLOCK_TAI);

    /// <summary>Whether a clock may have an offset; that of the realtime family may be the host's all the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAny(int clock) => IsIn(Monotonic | Boottime | Realtime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBoottime(int clock) => IsIn(Boottime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRealtime(int clock) => IsIn(Realtime, clock);

    /// <summary>The family of a clock; what is unknown counts as monotonic, as in a file without clock ids.</summary>
    public static ClockFamily Of(int clock)
    {
        if (IsBoottime(clock))
            return ClockFamily.Boottime;
        return IsRealtime(clock) ? ClockFamily.Realtime : ClockFamily.Monotonic;
    }

    /// <summary>The clock id that names a family.</summary>
    public static int ClockOf(ClockFamily family) => family switch
    {
        ClockFamily.Boottime => Time.CLOCK_BOOTTIME,
        ClockFamily.Realtime => Time.CLOCK_REALTIME,
        _ => Time.CLOCK_MONOTONIC,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsIn(uint family, int clock) => (uint)clock < 32 && ((family >> clock) & 1) != 0;
}
