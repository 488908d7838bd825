using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Waits for a writer that has made the sequence odd, and completes the change of a writer that died.</summary>
/// <remarks>
/// A dead writer no longer holds the file's lock. If the sequence keeps one odd value for half a second (the writer is stopped, or its change cannot
/// be completed), the caller uses the half-made change. If the sequence stays odd and keeps changing, the wait ends after two seconds, and during the
/// next minute no call waits.
/// </remarks>
internal static unsafe class DeadWriter
{
    /// <summary>
    /// Stored instead of an odd sequence that keeps changing; <see cref="OffsetSnapshot.IsCurrent"/> then skips the comparison of the sequence.
    /// </summary>
    public const ulong Untrusted = ulong.MaxValue;

    // In nanoseconds.
    private const long Pause = 100_000;
    private const long BeforeAsking = 2_000_000;
    private const long Patience = 500_000_000;
    private const long LongestPatience = 2_000_000_000;
    private const long DistrustInSeconds = 60;

    // The odd sequence of a writer that did not finish in time.
    private static ulong s_abandoned;

    // Before this time no odd sequence is waited for. Seconds of the host's CLOCK_MONOTONIC.
    private static long s_distrustEnd;

    /// <summary>
    /// Waits for the writer, for two seconds at most, and completes its change if it has died. Returns true if the sequence is still odd, so the caller
    /// has to use the half-made change as it is. Returns false if the sequence has become even, so the caller must read it again.
    /// </summary>
    /// <param name="config">The config file.</param>
    /// <param name="sequence">In: an odd sequence. Out: its value after the wait, or <see cref="Untrusted"/>.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool WaitTimesOut(MappedConfig* config, ulong* sequence)
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
