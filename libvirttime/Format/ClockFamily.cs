using System.Runtime.CompilerServices;

namespace VirtTime.Format;

/// <summary>A family of clocks that share an offset.</summary>
public enum ClockFamily
{
    Monotonic,
    Boottime,
    Realtime,
}

/// <summary>Defines which clocks belong to which family (<see cref="Time"/> has the ids).</summary>
/// <remarks>
/// CPU-time clocks and dynamic clocks belong to no family. Compiled into the library, the launcher and the tests, so it uses nothing but integers.
/// </remarks>
public static class ClockFamilies
{
    private const uint Monotonic = (1u << Time.CLOCK_MONOTONIC) | (1u << Time.CLOCK_MONOTONIC_RAW) | (1u << Time.CLOCK_MONOTONIC_COARSE);
    private const uint Boottime = (1u << Time.CLOCK_BOOTTIME) | (1u << Time.CLOCK_BOOTTIME_ALARM);
    private const uint Realtime = (1u << Time.CLOCK_REALTIME) | (1u << Time.CLOCK_REALTIME_COARSE)
        | (1u << Time.CLOCK_REALTIME_ALARM) | (1u << Time.CLOCK_TAI);

    /// <summary>Whether a clock belongs to a family. A clock of the realtime family may still be the host's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAny(int clock) => IsIn(Monotonic | Boottime | Realtime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBoottime(int clock) => IsIn(Boottime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRealtime(int clock) => IsIn(Realtime, clock);

    /// <summary>The family of a clock; monotonic for an unknown one, as in a file without marks.</summary>
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
