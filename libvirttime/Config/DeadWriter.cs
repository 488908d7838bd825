using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>
/// Waits for a writer that has made the sequence odd. A dead writer no longer holds the file's lock, and its change is completed here or by the next
/// launcher. A writer that is stopped, or died where its change cannot be completed, is waited for half a second. A writer that keeps the sequence odd
/// and changes it is waited for two seconds, and then for none in the next minute.
/// </summary>
internal static unsafe class DeadWriter
{
    /// <summary>In place of an odd sequence that does not stay the same: nothing is compared with it.</summary>
    public const ulong Untrusted = ulong.MaxValue;

    private const long Pause = 100_000;
    private const long BeforeAsking = 2_000_000;
    private const long Patience = 500_000_000;
    private const long LongestPatience = 2_000_000_000;
    private const long DistrustInSeconds = 60;

    // The value of an odd sequence whose writer never came back.
    private static ulong s_abandoned;

    // Until then no odd sequence is waited for, by the host's monotonic clock in seconds.
    private static long s_distrustEnd;

    /// <summary>True when the half-made change is used as it is; false when the sequence has become even, and is to be read again.</summary>
    /// <param name="sequence">Odd; what it is after the wait, or <see cref="Untrusted"/>.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsAbandoned(MappedConfig* config, ulong* sequence)
    {
        if (Volatile.Read(ref s_abandoned) == *sequence)
            return true;
        timespec start = Now();
        timespec same = start;
        bool asked = false;
        while ((*sequence & 1) != 0)
        {
            bool isDistrusted = start.tv_sec < Volatile.Read(ref s_distrustEnd);
            if (isDistrusted || Elapsed(start) >= LongestPatience)
            {
                if (!isDistrusted)
                    Volatile.Write(ref s_distrustEnd, Now().tv_sec + DistrustInSeconds);
                *sequence = Untrusted;
                return true;
            }

            if (Elapsed(same) >= Patience)
            {
                Volatile.Write(ref s_abandoned, *sequence);
                return true;
            }

            if (!asked && Elapsed(same) >= BeforeAsking)
            {
                asked = true;
                Complete(config);
            }

            Kernel.Sleep(Pause);
            ulong now = Volatile.Read(ref config->Extension->sequence);
            if (now != *sequence)
                same = Now();
            *sequence = now;
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
