using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Reading clocks as the target sees them. virtual = host − offset.</summary>
/// <remarks>The host's time never stands in the caller's memory, where another thread, a signal handler or another process could see it.</remarks>
internal static unsafe class VirtualClock
{
    private static bool s_hasVdso;

    public static bool IsReady => Volatile.Read(ref HotState.HostClock) != 0;

    /// <summary>Makes the clocks ready.</summary>
    /// <param name="vdso">The vDSO's <c>clock_gettime</c>; 0 where there is none.</param>
    /// <param name="config">The mapped config file.</param>
    public static void Use(nint vdso, MappedConfig* config)
    {
        s_hasVdso = vdso != 0;
        OffsetSnapshot.Use(config);
        nint hostClock = vdso != 0 ? vdso : (nint)(delegate*<int, timespec*, int>)&HostClock.Read;

        // Whoever meets the config calls the clock, so that comes first: threads and signal handlers may be here at once.
        Volatile.Write(ref HotState.HostClock, hostClock);

        // It is called as a managed function, which takes two instructions less than an unmanaged call. Nor is there a short way without a vDSO: the
        // kernel answers EFAULT for memory that the vDSO would fault on.
        bool isWhereExpected = (nint)config->Extension - (nint)config->Offset == MappedConfig.ExtensionDistance;
        if (s_hasVdso && CompilerContract.CanCallAsManaged(hostClock) && isWhereExpected)
            Volatile.Write(ref HotState.Config, (nint)config->Offset);
    }

    /// <summary>
    /// Reads a virtual clock the shortest way, when nothing is in the way. False when something is, and the caller has to begin
    /// again with <see cref="Read"/>.
    /// </summary>
    /// <remarks>
    /// <see cref="OffsetSnapshot"/>'s protocol by hand. What it costs is its instructions: the processor's ordered read of the TSC lets none
    /// of the next call overlap with this one. So it is inlined, with constants, and once only: the compiler makes a value of what is
    /// returned twice.
    /// </remarks>
    /// <param name="clock">Its id.</param>
    /// <param name="family">Which offset it goes by, known to the compiler. That of the realtime clocks was just seen to be in force.</param>
    /// <param name="result">Where the virtual time goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(int clock, ClockFamily family, timespec* result)
    {
        nint config = Volatile.Read(ref HotState.Config);
        if (config == 0)
            return false;

        // While it is odd, or a date has a rate, this is not what is found there afterwards.
        ulong sequence = Volatile.Read(ref SequenceIn(config)) & (family == ClockFamily.Realtime ? ConfigExtension.CountBits : ~1UL);

        // The flags, which say where this offset lies, change within a sequence as well. Who takes the realtime clocks' away makes it 0.
        nint position = family switch
        {
            ClockFamily.Boottime => BoottimeOffsetIn(config),
            ClockFamily.Realtime => MappedConfig.ExtensionDistance + ConfigExtension.RealtimeOffsetPosition,
            _ => 0,
        };
        long seconds = Volatile.Read(ref ((timespec*)(config + position))->tv_sec);
        long nanoseconds = Volatile.Read(ref ((timespec*)(config + position))->tv_nsec);
        timespec host;
        if (((delegate*<int, timespec*, int>)HotState.HostClock)(clock, &host) != 0
            || Volatile.Read(ref ((timespec*)(config + position))->tv_sec) != seconds
            || Volatile.Read(ref ((timespec*)(config + position))->tv_nsec) != nanoseconds)
            return false;
        if (Volatile.Read(ref SequenceIn(config)) != sequence)
            return family == ClockFamily.Realtime && clock != Time.CLOCK_TAI && TryScale(config, sequence, &host, result);

        long difference = host.tv_nsec - nanoseconds;
        if (difference < 0)
        {
            difference += TimespecMath.NanosecondsPerSecond;
            seconds++;
        }

        result->tv_nsec = difference;
        result->tv_sec = host.tv_sec - seconds;
        return true;
    }

    /// <summary>man 2 clock_gettime for any clock, virtual or not. Returns <c>-errno</c>; the library must be ready.</summary>
    public static int Read(int clock, timespec* result)
    {
        if (!OffsetSnapshot.IsVirtual(clock))
            return ReadHost(clock, result);

        timespec host;
        OffsetSnapshot snapshot;
        do
        {
            OffsetSnapshot.Take(&snapshot, clock);
            int error = ReadHost(clock, &host);
            if (error != 0)
                return error;
        }
        while (!OffsetSnapshot.IsCurrent(&snapshot));

        // What the vDSO does not read itself is a system call, which looks at the caller's memory without a fault, once it has the time.
        bool isSystemCall = !s_hasVdso || clock is Time.CLOCK_BOOTTIME_ALARM or Time.CLOCK_REALTIME_ALARM;
        if (isSystemCall && !UserMemory.CanWrite(result))
            return -Errno.EFAULT;
        *result = OffsetSnapshot.ToVirtual(&snapshot, host);
        return 0;
    }

    /// <summary>Whether the realtime clocks have an offset, in the config at <see cref="HotState.Config"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRealtimeVirtual(nint config) => (Volatile.Read(ref ExtensionIn(config)->flags) & ConfigExtension.HasRealtimeOffset) != 0;

    /// <summary>The host's clock by the vDSO. Returns <c>-errno</c>.</summary>
    public static int ReadHost(int clock, timespec* result) =>
        ((delegate* unmanaged[SuppressGCTransition]<int, timespec*, int>)HotState.HostClock)(clock, result);

    /// <summary>Goes on with a date that has a rate, where <see cref="TryRead"/> found nothing else in the way.</summary>
    /// <param name="config">The config.</param>
    /// <param name="count">The sequence before the host's clock was read, but for its bit of the rate and its lowest one.</param>
    /// <param name="host">The host's clock.</param>
    /// <param name="result">Where the virtual time goes.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryScale(nint config, ulong count, timespec* host, timespec* result)
    {
        ConfigExtension* extension = ExtensionIn(config);
        ClockLine line;
        line.offset.tv_sec = Volatile.Read(ref extension->realtime_offset.tv_sec);
        line.offset.tv_nsec = Volatile.Read(ref extension->realtime_offset.tv_nsec);
        line.reference.tv_sec = Volatile.Read(ref extension->realtime_rate.reference.tv_sec);
        line.reference.tv_nsec = Volatile.Read(ref extension->realtime_rate.reference.tv_nsec);
        line.rate = Volatile.Read(ref extension->realtime_rate.rate);
        if (Volatile.Read(ref extension->sequence) != (count | ConfigExtension.RateBit))
            return false;
        *result = ClockLine.ToVirtual(line, *host);
        return true;
    }

    private static ref ulong SequenceIn(nint config) => ref ExtensionIn(config)->sequence;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint BoottimeOffsetIn(nint config) =>
        (Volatile.Read(ref ExtensionIn(config)->flags) & ConfigExtension.HasBoottimeOffset) != 0
            ? (nint)(&ExtensionIn(config)->boottime_offset) - config
            : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ConfigExtension* ExtensionIn(nint config) => (ConfigExtension*)(config + MappedConfig.ExtensionDistance);
}
