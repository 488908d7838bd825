namespace VirtTime;

/// <summary>Variables that every read of a clock needs: written only at start.</summary>
/// <remarks>
/// ilc places the variables of this namespace first, and constructor.s aligns them. So these lie on one cache line, with other variables that are not
/// written after start. The first one takes one instruction less to load.
/// </remarks>
internal static class HotState
{
    /// <summary>
    /// The address of the mapped config file (<see cref="Config.MappedConfig"/>): its offset lies there, its extension block one page further on. 0
    /// while the library is not ready, and if the shortest path is not possible.
    /// </summary>
    public static nint Config;

    /// <summary>A <c>clock_gettime</c> that returns <c>-errno</c>, in practice the vDSO's; 0 while the library is not ready.</summary>
    public static nint HostClock;

    /// <summary>
    /// The next <c>clock_gettime</c> in the loader's order, usually libc's, for clocks that are not virtual. If it cannot be reached by a jump, a
    /// function of this library that calls it. Never 0 if <see cref="Config"/> is not 0.
    /// </summary>
    public static nint ClockGettimeBehind;

    /// <summary>As <see cref="ClockGettimeBehind"/>, for <c>gettimeofday</c>.</summary>
    public static nint GettimeofdayBehind;

    /// <summary>As <see cref="ClockGettimeBehind"/>, for <c>time</c>.</summary>
    public static nint TimeBehind;
}
