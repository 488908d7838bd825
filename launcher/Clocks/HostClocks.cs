using VirtTime.Execution;
using VirtTime.Libc;
using VirtTime.Native;

namespace VirtTime.Clocks;

/// <summary>The kernel's clocks, also where the launcher itself runs under an interposer.</summary>
internal static unsafe class HostClocks
{
    private static bool s_initialized;
    private static delegate* unmanaged<int, timespec*, int> s_vdso;

    /// <summary>A moment of the host's clocks, read one right after the other.</summary>
    internal readonly record struct Moment(timespec Monotonic, timespec Boottime, timespec Realtime);

    /// <exception cref="LauncherException">The launcher is interposed, and there is no vDSO to read the clocks from.</exception>
    public static Moment Now() =>
        new(Read(SystemCalls.CLOCK_MONOTONIC), Read(SystemCalls.CLOCK_BOOTTIME), Read(SystemCalls.CLOCK_REALTIME));

    private static timespec Read(int clock)
    {
        if (!s_initialized)
            Initialize();

        timespec time;
        if (s_vdso == null)
            SystemCalls.clock_gettime(clock, out time);
        else
            s_vdso(clock, &time);

        return time;
    }

    /// <remarks>
    /// In a nested run, libc's functions are the interposer's: <c>clock_gettime</c>, but also <c>syscall</c> and <c>dlsym</c>. The vDSO
    /// in memory is still the kernel's.
    /// </remarks>
    private static void Initialize()
    {
        string? preload = EnvironmentBlock.Current.Find(EnvironmentBlock.Preload);
        if (preload is not null && preload.Contains(InterposerLibrary.FileName, StringComparison.Ordinal))
        {
            s_vdso = (delegate* unmanaged<int, timespec*, int>)VdsoImage.FindClockGettime();
            if (s_vdso == null)
                throw new LauncherException(
                    "host clocks", "not readable inside another virttime-run on this kernel (no vDSO); run it outside");
        }

        s_initialized = true;
    }
}
