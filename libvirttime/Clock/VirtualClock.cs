using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Config;
using VirtTime.Interpose;
using VirtTime.Libc;

namespace VirtTime.Clock;

/// <summary>An offset, and the state of the config file that it was read in.</summary>
internal unsafe struct OffsetSnapshot
{
    public timespec Offset;
    public ulong Sequence;

    /// <summary>Where the offset lies. That changes with the flags, and so with the sequence.</summary>
    public timespec* Source;
}

/// <summary>The conversion between host and virtual clocks. virtual = host − offset.</summary>
/// <remarks>
/// A thread may be frozen between any two instructions here, its offsets changed and its process moved to a host with
/// other clocks. So nothing that was computed from an offset leaves before the offset was seen unchanged *afterwards*:
/// the sequence catches our own tools, the comparison of the offset itself the tools that know only the C layout.
/// </remarks>
internal static unsafe class VirtualClock
{
    private static timespec* s_offset;
    private static ConfigExtension* s_extension;

    // The value of an odd sequence whose writer never came back.
    private static ulong s_abandonedSequence;

    public static bool IsReady => Volatile.Read(ref HotState.HostClock) != 0;

    /// <summary>Makes the clocks ready.</summary>
    /// <param name="hostClock">A <c>clock_gettime</c> that returns <c>-errno</c>, in practice the vDSO's.</param>
    /// <param name="behind">The <c>clock_gettime</c> behind this library, 0 when there is none.</param>
    /// <param name="layout">The mapped config file.</param>
    public static void Use(nint hostClock, nint behind, nint layout)
    {
        s_extension = (ConfigExtension*)(layout + (nint)ConfigLayout.ExtensionPosition);
        s_offset = (timespec*)layout;
        UseFunctions(hostClock, behind);
        if ((hostClock & CompilerContract.FatPointerBit) == 0)
            Volatile.Write(ref HotState.Layout, layout);
    }

    /// <summary>The same where there is no file: the clocks are the host's.</summary>
    public static void Use(nint hostClock, nint behind, timespec* offset, ConfigExtension* extension)
    {
        s_offset = offset;
        s_extension = extension;
        UseFunctions(hostClock, behind);
    }

    /// <summary>
    /// Reads a virtual clock the shortest way, when nothing is in the way. False when something is, and the caller has to begin
    /// again with <see cref="Read"/>.
    /// </summary>
    /// <remarks>
    /// What it costs is its instructions: the processor's ordered read of the TSC lets none of the next call overlap with this one. So
    /// it is inlined, with constants, and once only: the compiler makes a value of what is returned twice.
    /// </remarks>
    /// <param name="clock">Its id.</param>
    /// <param name="isBoottime">Whether that is of the boottime family, and not of the monotonic one.</param>
    /// <param name="result">Holds the host's time meanwhile, as the vDSO writes it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(int clock, bool isBoottime, timespec* result)
    {
        nint layout = Volatile.Read(ref HotState.Layout);
        if (layout == 0)
            return false;

        // While it is odd, this is not what is found there afterwards.
        ulong sequence = Volatile.Read(ref SequenceIn(layout)) & ~1UL;

        // The flags, which say where this offset lies, change within a sequence as well.
        nint position = isBoottime ? (nint)BoottimeOffset() - layout : (nint)ConfigLayout.OffsetPosition;
        long seconds = Volatile.Read(ref ((timespec*)(layout + position))->tv_sec);
        long nanoseconds = Volatile.Read(ref ((timespec*)(layout + position))->tv_nsec);
        if (((delegate*<int, timespec*, int>)HotState.HostClock)(clock, result) != 0
            || Volatile.Read(ref ((timespec*)(layout + position))->tv_sec) != seconds
            || Volatile.Read(ref ((timespec*)(layout + position))->tv_nsec) != nanoseconds
            || Volatile.Read(ref SequenceIn(layout)) != sequence)
            return false;

        long difference = result->tv_nsec - nanoseconds;
        if (difference < 0)
        {
            difference += TimespecMath.NanosecondsPerSecond;
            seconds++;
        }

        result->tv_nsec = difference;
        result->tv_sec -= seconds;
        return true;
    }

    /// <summary>man 2 clock_gettime for any clock, virtual or not. Returns <c>-errno</c>; the library must be ready.</summary>
    public static int Read(int clock, timespec* result)
    {
        if (!ClockFamily.IsVirtual(clock))
            return ReadHost(clock, result);
        OffsetSnapshot snapshot;
        do
        {
            Take(&snapshot, clock);
            int error = ReadHost(clock, result);
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
        do
        {
            Take(&snapshot, clock);
        }
        while (!IsCurrent(&snapshot));
        return snapshot;
    }

    /// <summary>
    /// The offset of a virtual clock as it lies there, once nobody is changing it. For those who do nothing with it that could not be
    /// done again, since only when <see cref="IsCurrent"/> afterwards was it whole.
    /// </summary>
    public static void Take(OffsetSnapshot* snapshot, int clock)
    {
        do
        {
            snapshot->Sequence = Volatile.Read(ref s_extension->sequence);
        }
        while (!IsSettled(snapshot->Sequence));
        timespec* source = ClockFamily.IsBoottime(clock) ? BoottimeOffset() : s_offset;
        snapshot->Source = source;
        snapshot->Offset.tv_sec = Volatile.Read(ref source->tv_sec);
        snapshot->Offset.tv_nsec = Volatile.Read(ref source->tv_nsec);
    }

    /// <summary>Whether the offset is still the one of <paramref name="snapshot"/>.</summary>
    public static bool IsCurrent(OffsetSnapshot* snapshot) =>
        Volatile.Read(ref snapshot->Source->tv_sec) == snapshot->Offset.tv_sec
        && Volatile.Read(ref snapshot->Source->tv_nsec) == snapshot->Offset.tv_nsec
        && Volatile.Read(ref s_extension->sequence) == snapshot->Sequence;

    // Both are called as managed functions, which takes two instructions less than an unmanaged call.
    private static void UseFunctions(nint hostClock, nint behind)
    {
        if ((behind & CompilerContract.FatPointerBit) == 0)
            Volatile.Write(ref HotState.ClockGettimeBehind, behind);
        Volatile.Write(ref HotState.HostClock, hostClock);
    }

    private static int ReadHost(int clock, timespec* result) =>
        ((delegate* unmanaged[SuppressGCTransition]<int, timespec*, int>)HotState.HostClock)(clock, result);

    private static ref ulong SequenceIn(nint layout) =>
        ref ((ConfigExtension*)(layout + (nint)ConfigLayout.ExtensionPosition))->sequence;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static timespec* BoottimeOffset() =>
        (Volatile.Read(ref s_extension->flags) & ConfigExtension.HasBoottimeOffset) != 0 ? &s_extension->boottime_offset : s_offset;

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
