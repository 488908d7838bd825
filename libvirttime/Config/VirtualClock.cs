using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Format;
using VirtTime.Libc;
using VirtTime.SystemCalls;

namespace VirtTime.Config;

/// <summary>Reads clocks as the target sees them: virtual = host − offset.</summary>
/// <remarks>The host's time is never stored in the caller's memory, where another thread, a signal handler or another process could see it.</remarks>
internal static unsafe class VirtualClock
{
    private static bool s_hasVdso;

    public static bool IsReady => Volatile.Read(ref HotState.HostClock) != 0;

    /// <summary>Sets what <see cref="TryRead"/> and <see cref="Read"/> use.</summary>
    /// <param name="vdso">The vDSO's <c>clock_gettime</c>; 0 if there is no vDSO.</param>
    /// <param name="config">The mapped config file.</param>
    public static void Use(nint vdso, MappedConfig* config)
    {
        s_hasVdso = vdso != 0;
        OffsetSnapshot.Use(config);
        nint hostClock = vdso != 0 ? vdso : (nint)(delegate*<int, timespec*, int>)&HostClock.Read;

        // HostClock is stored before Config: a thread or signal handler that sees Config calls HostClock.
        Volatile.Write(ref HotState.HostClock, hostClock);

        // The hot path calls the vDSO through a managed function pointer, which takes two instructions less than an unmanaged call. Without
        // a vDSO the hot path is off: it stores the result without a check, but natively the system call returns EFAULT for a bad pointer.
        bool isWhereExpected = (nint)config->Extension - (nint)config->Offset == MappedConfig.ExtensionDistance;
        if (s_hasVdso && CompilerContract.CanCallAsManaged(hostClock) && isWhereExpected)
            Volatile.Write(ref HotState.Config, (nint)config->Offset);
    }

    /// <summary>
    /// Reads a virtual clock by the shortest path. False if that path is not possible now; the caller then calls <see cref="Read"/>.
    /// </summary>
    /// <remarks>
    /// The steps of <see cref="OffsetSnapshot"/>, written out. The vDSO reads the TSC with an ordering instruction, so the processor cannot overlap
    /// two calls, and each instruction here adds to the time. Inline this only once in a caller, with constant arguments: if it is inlined twice, ilc
    /// stores the bool and tests it again.
    /// </remarks>
    /// <param name="clock">The clock's id.</param>
    /// <param name="family">The family of its offset, a constant. For the realtime family the caller has just seen that the offset is in
    /// force.</param>
    /// <param name="result">Where the virtual time goes.</param>
    /// <param name="scales">A constant. True for <c>CLOCK_REALTIME</c>: if the date has a rate, <see cref="TryScale"/> applies it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(int clock, ClockFamily family, timespec* result, bool scales = false)
    {
        nint config = Volatile.Read(ref HotState.Config);
        if (config == 0)
            return false;

        // The lowest bit is cleared here, so an odd sequence is unequal in the comparison below. For the date, the bit of the rate is cleared too. So the
        // sequence of a file with a rate is also unequal, and TryScale follows.
        ulong sequence = Volatile.Read(ref SequenceIn(config)) & (family == ClockFamily.Realtime ? ConfigExtension.CountBits : ~1UL);

        // The flags decide where the offset lies; a writer that changes them also changes the sequence. VirtTime's tools never clear
        // HasRealtimeOffset; a tool that does must zero the offset too, since the caller looked at the flag before the sequence was read here.
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
            return scales && TryScale(config, sequence, &host, result);

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

    /// <summary>man 2 clock_gettime for any clock, virtual or not. Returns 0 or <c>-errno</c>. The library must be ready.</summary>
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

        // Without a vDSO, and for the two ALARM clocks, a native read is a system call. It reads the clock first, then returns EFAULT for memory that
        // cannot be written.
        bool isSystemCall = !s_hasVdso || clock is Time.CLOCK_BOOTTIME_ALARM or Time.CLOCK_REALTIME_ALARM;
        if (isSystemCall && !UserMemory.CanWrite(result))
            return -Errno.EFAULT;
        if (clock == Time.CLOCK_REALTIME_COARSE)
            snapshot.RaiseToReference(ref host);
        *result = OffsetSnapshot.ToVirtual(&snapshot, host);
        return 0;
    }

    /// <summary>Whether the realtime clocks have an offset.</summary>
    /// <param name="config">The value of <see cref="HotState.Config"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRealtimeVirtual(nint config) => (Volatile.Read(ref ExtensionIn(config)->flags) & ConfigExtension.HasRealtimeOffset) != 0;

    /// <summary>Reads the host's clock through the vDSO, or by system call if there is no vDSO. Returns 0 or <c>-errno</c>.</summary>
    public static int ReadHost(int clock, timespec* result) =>
        ((delegate* unmanaged[SuppressGCTransition]<int, timespec*, int>)HotState.HostClock)(clock, result);

    /// <summary>Goes on with a date that has a rate, if <see cref="TryRead"/> found nothing else in the way.</summary>
    /// <param name="config">The config.</param>
    /// <param name="count">The sequence before the host's clock was read, without the bit of the rate and without the lowest bit.</param>
    /// <param name="host">The host's clock.</param>
    /// <param name="result">Where the virtual time goes.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryScale(nint config, ulong count, timespec* host, timespec* result)
    {
        ConfigExtension* extension = ExtensionIn(config);
        ClockLine line;
        ConfigExtension.ReadRealtimeLine(extension, &line);
        if ((Volatile.Read(ref extension->flags) & ConfigExtension.HasRealtimeRate) == 0)
            return false;
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
