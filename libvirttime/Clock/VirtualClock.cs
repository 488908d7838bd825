using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Interpose;
using VirtTime.Libc;

namespace VirtTime.Clock;

/// <summary>An offset, and the state of the config file that it was read in.</summary>
internal struct OffsetSnapshot
{
    public timespec Offset;
    public ulong Sequence;
    public int Clock;
}

/// <summary>The conversion between host and virtual clocks. virtual = host − offset.</summary>
/// <remarks>
/// A thread may be frozen between any two instructions here, its offsets changed and its process moved to a host with
/// other clocks. So nothing that was computed from an offset leaves before the offset was seen unchanged *afterwards*:
/// the sequence catches our own tools, the comparison of the offset itself the tools that know only the C layout.
/// </remarks>
internal static unsafe class VirtualClock
{
    // Read on every call and written only at start, so they share a line. Set before s_hostClock, which is tested.
    private static timespec* s_offset;
    private static ConfigExtension* s_extension;
    private static nint s_hostClock;

    // The value of an odd sequence whose writer never came back.
    private static ulong s_abandonedSequence;

    public static bool IsReady => s_hostClock != 0;

    /// <param name="hostClock">A <c>clock_gettime</c> that returns <c>-errno</c>, in practice the vDSO's.</param>
    /// <param name="offset">Where the monotonic offset lies.</param>
    /// <param name="extension">Where the extension block lies, or an empty one.</param>
    public static void Use(nint hostClock, timespec* offset, ConfigExtension* extension)
    {
        s_offset = offset;
        s_extension = extension;
        Volatile.Write(ref s_hostClock, hostClock);
    }

    /// <summary>man 2 clock_gettime for any clock, virtual or not. Returns <c>-errno</c>; the library must be ready.</summary>
    public static int Read(int clock, timespec* result) =>
        ClockFamily.IsVirtual(clock) ? ReadShifted(clock, result, OffsetOf(clock)) : ReadHost(clock, result);

    /// <summary>The same for a clock of the monotonic family, which is what programs read in their loops.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ReadMonotonic(int clock, timespec* result) => ReadShifted(clock, result, s_offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadShifted(int clock, timespec* result, timespec* offset)
    {
        ulong sequence = Volatile.Read(ref s_extension->sequence);
        long seconds = Volatile.Read(ref offset->tv_sec);
        long nanoseconds = Volatile.Read(ref offset->tv_nsec);
        int error = ReadHost(clock, result);
        ulong changes = (ulong)((Volatile.Read(ref offset->tv_sec) ^ seconds) | (Volatile.Read(ref offset->tv_nsec) ^ nanoseconds));
        changes |= Volatile.Read(ref s_extension->sequence) ^ sequence;
        if (((changes | (sequence & 1)) | (uint)error) != 0)
            return ReadAgain(clock, result, error);

        seconds = result->tv_sec - seconds;
        nanoseconds = result->tv_nsec - nanoseconds;
        if (nanoseconds < 0)
        {
            nanoseconds += TimespecMath.NanosecondsPerSecond;
            seconds--;
        }

        result->tv_sec = seconds;
        result->tv_nsec = nanoseconds;
        return 0;
    }

    // The host clock gave an error, or the offsets changed while it was read.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadAgain(int clock, timespec* result, int error)
    {
        if (error != 0)
            return error;
        OffsetSnapshot snapshot;
        do
        {
            snapshot = Snapshot(clock);
            error = ReadHost(clock, result);
            if (error != 0)
                return error;
        }
        while (!IsCurrent(&snapshot));
        *result = TimespecMath.Subtract(*result, snapshot.Offset);
        return 0;
    }

    /// <summary>The offset of a virtual clock, whole: never half of one change and half of another.</summary>
    public static OffsetSnapshot Snapshot(int clock)
    {
        OffsetSnapshot snapshot;
        snapshot.Clock = clock;
        do
        {
            snapshot.Sequence = Volatile.Read(ref s_extension->sequence);
            timespec* offset = OffsetOf(clock);
            snapshot.Offset.tv_sec = Volatile.Read(ref offset->tv_sec);
            snapshot.Offset.tv_nsec = Volatile.Read(ref offset->tv_nsec);
        }
        while (!IsCurrent(&snapshot) || !IsSettled(snapshot.Sequence));
        return snapshot;
    }

    /// <summary>Whether the offset is still the one of <paramref name="snapshot"/>.</summary>
    public static bool IsCurrent(OffsetSnapshot* snapshot)
    {
        timespec* offset = OffsetOf(snapshot->Clock);
        return Volatile.Read(ref offset->tv_sec) == snapshot->Offset.tv_sec
            && Volatile.Read(ref offset->tv_nsec) == snapshot->Offset.tv_nsec
            && Volatile.Read(ref s_extension->sequence) == snapshot->Sequence;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadHost(int clock, timespec* result) =>
        ((delegate* unmanaged[SuppressGCTransition]<int, timespec*, int>)s_hostClock)(clock, result);

    private static timespec* OffsetOf(int clock) =>
        ClockFamily.IsBoottime(clock) && (Volatile.Read(ref s_extension->flags) & ConfigExtension.HasBoottimeOffset) != 0
            ? &s_extension->boottime_offset
            : s_offset;

    private static bool IsSettled(ulong sequence) => (sequence & 1) == 0 || IsAbandoned(sequence);

    /// <summary>
    /// A writer is at work; wait for it, but not for ever: if it was killed, its half-made change is what there is.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAbandoned(ulong sequence)
    {
        const int Patience = 5000;
        const long Pause = 100_000;
        for (int i = 0; i < Patience; i++)
        {
            if (Volatile.Read(ref s_abandonedSequence) == sequence)
                return true;
            if (Volatile.Read(ref s_extension->sequence) != sequence)
                return false;
            Kernel.Sleep(Pause);
        }

        Volatile.Write(ref s_abandonedSequence, sequence);
        return true;
    }
}
