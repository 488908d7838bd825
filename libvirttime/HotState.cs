namespace VirtTime;

/// <summary>What every read of a clock needs: read on each call, written only at start.</summary>
/// <remarks>
/// ilc lays out the variables of this folder first, at the start of a page, so these lie on one cache line, with others that nobody writes.
/// The first one is reached with an instruction less.
/// </remarks>
internal static class HotState
{
    /// <summary>
    /// The mapped config file (<see cref="Config.MappedConfig"/>): its offset lies here, its extension block a page behind. 0 while the
    /// library is not ready, and when the short way is not to be had.
    /// </summary>
    public static nint Config;

    /// <summary>A <c>clock_gettime</c> that returns <c>-errno</c>, in practice the vDSO's; 0 while the library is not ready.</summary>
    public static nint HostClock;

    /// <summary>
    /// The next <c>clock_gettime</c> in the loader's order, libc's usually, for clocks that are not virtual; where it cannot be jumped to, one of ours
    /// that calls it. Not 0 where <see cref="Config"/> is not.
    /// </summary>
    public static nint ClockGettimeBehind;

    /// <summary>The same of <c>gettimeofday</c>.</summary>
    public static nint GettimeofdayBehind;

    /// <summary>The same of <c>time</c>.</summary>
    public static nint TimeBehind;
}
