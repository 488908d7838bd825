using System.Runtime.CompilerServices;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>Which offset a clock goes by (<see cref="Time"/> has the ids). Negative ids are CPU-time and dynamic clocks, which nobody shifts.</summary>
internal static class ClockFamily
{
    private const uint Monotonic = (1u << Time.CLOCK_MONOTONIC) | (1u << Time.CLOCK_MONOTONIC_RAW) | (1u << Time.CLOCK_MONOTONIC_COARSE);
    private const uint Boottime = (1u << Time.CLOCK_BOOTTIME) | (1u << Time.CLOCK_BOOTTIME_ALARM);
    private const uint Realtime = (1u << Time.CLOCK_REALTIME) | (1u << Time.CLOCK_REALTIME_COARSE)
        | (1u << Time.CLOCK_REALTIME_ALARM) | (1u << Time.CLOCK_TAI);

    /// <summary>Whether a clock may have an offset; that of the realtime family may be the host's all the same (<see cref="OffsetSnapshot.IsVirtual"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAny(int clock) => IsIn(Monotonic | Boottime | Realtime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBoottime(int clock) => IsIn(Boottime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRealtime(int clock) => IsIn(Realtime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsIn(uint family, int clock) => (uint)clock < 32 && ((family >> clock) & 1) != 0;
}
