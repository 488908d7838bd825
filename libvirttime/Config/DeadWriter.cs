using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Clock;
using VirtTime.Libc;

namespace VirtTime.Config;

/// <summary>
/// Waits for a writer that has made the sequence odd. One that is dead no longer holds the file's lock, and then its change is completed here,
/// or by the next launcher. One that is stopped, or was where it cannot be completed, is waited for half a second.
/// </summary>
internal static unsafe class DeadWriter
{
    private const long Pause = 100_000;
    private const long BeforeAsking = 2_000_000;
    private const long Patience = 500_000_000;

    // The value of an odd sequence whose writer never came back.
    private static ulong s_abandoned;

    /// <summary>True when what is half changed is what there is; false when the sequence has changed, and is to be read again.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsAbandoned(MappedConfig* config, ulong sequence)
    {
        if (Volatile.Read(ref s_abandoned) == sequence)
            return true;
        timespec start = Now();
        bool asked = false;
        while (Volatile.Read(ref config->Extension->sequence) == sequence)
        {
            long waited = Elapsed(start);
            if (waited >= Patience)
            {
                Volatile.Write(ref s_abandoned, sequence);
                return true;
            }

            if (waited >= BeforeAsking && !asked)
            {
                asked = true;
                Complete(config);
            }

            Kernel.Sleep(Pause);
        }

        return false;
    }

    private static timespec Now()
    {
        timespec now;
        HostClock.Read(Time.CLOCK_MONOTONIC, &now);
        return now;
    }

    private static long Elapsed(timespec start)
    {
        timespec elapsed = TimespecMath.Subtract(Now(), start);
        return (elapsed.tv_sec * TimespecMath.NanosecondsPerSecond) + elapsed.tv_nsec;
    }

    private static void Complete(MappedConfig* config)
    {
        LockedConfig locked;
        if (LockedConfig.TryLock(&locked, config) != 0)
            return;
        LockedConfig.CompleteChange(&locked);
        LockedConfig.Unlock(&locked);
    }
}
