using System.Runtime.CompilerServices;
using VirtTime.Libc;

namespace VirtTime.Clock;

/// <summary>Which offset a clock goes by (<see cref="Time"/> has the ids).</summary>
internal static class ClockFamily
{
    private const uint Monotonic = (1u << Time.CLOCK_MONOTONIC) | (1u << Time.CLOCK_MONOTONIC_RAW) | (1u << Time.CLOCK_MONOTONIC_COARSE);
    private const uint Boottime = (1u << Time.CLOCK_BOOTTIME) | (1u << Time.CLOCK_BOOTTIME_ALARM);

    /// <summary>Whether the target sees another value than the host's. Negative ids are CPU-time and dynamic clocks, which nobody shifts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsVirtual(int clock) => IsIn(Monotonic | Boottime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBoottime(int clock) => IsIn(Boottime, clock);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsIn(uint family, int clock) => (uint)clock < 32 && ((family >> clock) & 1) != 0;
}
