using System.Runtime.CompilerServices;
using System.Threading;
using VirtTime.Format;

namespace VirtTime.Config;

/// <summary>An offset, and the state of the config file when it was read.</summary>
/// <remarks>
/// A thread may be frozen between any two instructions. Meanwhile its offset may change, and its process may move to a host with other clocks. So a
/// result is used only if the offset is unchanged after the computation: <see cref="Take"/>, compute, <see cref="IsCurrent"/>. The sequence detects
/// changes by VirtTime's own tools, the comparison of the offset those by tools that know only the C layout.
/// </remarks>
internal unsafe struct OffsetSnapshot
{
    private static MappedConfig* s_config;

    // The offset of the realtime clocks while they are the host's.
    private static timespec s_none;

    // The reference and the rate are filled in only for the realtime clocks while the date has a rate.
    private ClockLine _line;
    private bool _hasRate;

    private ulong _sequence;

    // The address that the offset was read from. It depends on the flags; a writer that changes those also changes the sequence.
    private timespec* _source;

    /// <summary>Whether the sequence was odd and its writer did not finish: the half-made change is used as it is.</summary>
    public readonly bool IsAbandoned => (_sequence & 1) != 0;

    /// <summary>The offset, as it lies in the file.</summary>
    public readonly timespec Offset => _line.offset;

    /// <summary>The config file that the offsets are read from.</summary>
    public static MappedConfig* Config => s_config;

    public static void Use(MappedConfig* config) => s_config = config;

    /// <summary>
    /// Whether an offset applies to a clock now. The monotonic and boottime families always have one, which may be 0; for the realtime family a flag
    /// of the file decides, which may change at any time.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsVirtual(int clock) => ClockFamilies.IsRealtime(clock) ? Has(ConfigExtension.HasRealtimeOffset) : ClockFamilies.IsAny(clock);

    /// <summary>
    /// Reads the offset of a virtual clock once no writer is at work. Its two halves may come from different changes: the caller uses a result only
    /// if <see cref="IsCurrent"/> is true afterwards, and must be able to retry.
    /// </summary>
    public static void Take(OffsetSnapshot* snapshot, int clock)
    {
        do
        {
            snapshot->_sequence = Volatile.Read(ref s_config->Extension->sequence);
        }
        while ((snapshot->_sequence & 1) != 0 && !DeadWriter.WaitTimesOut(s_config, &snapshot->_sequence));
        bool isRecorded = ClockFamilies.IsRealtime(clock) && HasRecordedLine(snapshot->_sequence);
        timespec* source = isRecorded ? &s_config->Extension->change.new_realtime.offset : SourceOf(clock);
        snapshot->_source = source;
        snapshot->_line.offset.tv_sec = Volatile.Read(ref source->tv_sec);
        snapshot->_line.offset.tv_nsec = Volatile.Read(ref source->tv_nsec);
        uint flags = isRecorded ? (uint)s_config->Extension->change.flags : Volatile.Read(ref s_config->Extension->flags);
        snapshot->_hasRate = ClockFamilies.IsRealtime(clock) && (flags & ConfigExtension.HasRealtimeRate) != 0;
        if (!snapshot->_hasRate)
            return;
        if (isRecorded)
            snapshot->_line = s_config->Extension->change.new_realtime;
        else
            ConfigExtension.ReadRealtimeLine(s_config->Extension, &snapshot->_line);

        // CLOCK_TAI is ahead of CLOCK_REALTIME by some seconds, on the host and in the virtual clocks alike. So the reference of its line is later by
        // these seconds.
        if (clock == Time.CLOCK_TAI)
            snapshot->_line.reference.tv_sec += HostClock.Leap();
    }

    /// <summary>What the virtual clock reads when the host's reads <paramref name="host"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static timespec ToVirtual(OffsetSnapshot* snapshot, timespec host) =>
        snapshot->_hasRate ? ClockLine.ToVirtual(snapshot->_line, host) : TimespecMath.Subtract(host, snapshot->_line.offset);

    /// <summary>
    /// Raises a reading of the host's coarse clock to the moment from which the rate counts. The coarse clock may be a tick behind that moment. A new,
    /// lower rate would then apply to time before the change, and the virtual coarse clock would go back. If the host's clock was set back by a
    /// second or more, the virtual clock follows it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void RaiseToReference(ref timespec host)
    {
        if (_hasRate && TimespecMath.Subtract(_line.reference, host).tv_sec == 0)
            host = _line.reference;
    }

    /// <summary>The host deadline of a valid virtual one (<see cref="TimespecMath.ToHostDeadline"/>).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static timespec ToHostDeadline(OffsetSnapshot* snapshot, int clock, timespec deadline)
    {
        timespec offset = snapshot->_line.offset;
        if (snapshot->_hasRate)
        {
            timespec now;
            HostClock.Read(clock, &now);
            deadline = ClockLine.ToHost(snapshot->_line, deadline, now);
            offset = default;
        }

        return TimespecMath.ToHostDeadline(deadline, offset);
    }

    /// <summary>Whether the offset is still the one in <paramref name="snapshot"/>.</summary>
    public static bool IsCurrent(OffsetSnapshot* snapshot) =>
        Volatile.Read(ref snapshot->_source->tv_sec) == snapshot->_line.offset.tv_sec
        && Volatile.Read(ref snapshot->_source->tv_nsec) == snapshot->_line.offset.tv_nsec
        && (Volatile.Read(ref s_config->Extension->sequence) == snapshot->_sequence || snapshot->_sequence == DeadWriter.Untrusted);

    /// <summary>Takes the offset of a virtual clock, with all its parts from the same change.</summary>
    public static void TakeWhole(OffsetSnapshot* snapshot, int clock)
    {
        do
        {
            Take(snapshot, clock);
        }
        while (!IsCurrent(snapshot));
    }

    /// <summary>host − virtual of <c>CLOCK_REALTIME</c> now.</summary>
    /// <param name="snapshot">A snapshot of that clock.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static timespec RealtimeOffset(OffsetSnapshot* snapshot)
    {
        // Without a rate it is the same at every moment.
        timespec now = default;
        if (snapshot->_hasRate)
            HostClock.Read(Time.CLOCK_REALTIME, &now);
        return TimespecMath.Subtract(now, ToVirtual(snapshot, now));
    }

    // A half-made change of the rate in the file would mix offset, reference and rate of two lines. The writer's record has the new line whole.
    private static bool HasRecordedLine(ulong sequence) =>
        (sequence & 1) != 0 && Volatile.Read(ref s_config->Extension->change.sequence) == sequence && s_config->Extension->change.converts_realtime != 0;

    private static timespec* SourceOf(int clock)
    {
        if (ClockFamilies.IsRealtime(clock))
            return Has(ConfigExtension.HasRealtimeOffset) ? &s_config->Extension->realtime_offset : None();
        bool isBoottime = ClockFamilies.IsBoottime(clock) && Has(ConfigExtension.HasBoottimeOffset);
        return isBoottime ? &s_config->Extension->boottime_offset : s_config->Offset;
    }

    private static timespec* None()
    {
        fixed (timespec* none = &s_none)
            return none;
    }

    private static bool Has(uint flag) => (Volatile.Read(ref s_config->Extension->flags) & flag) != 0;
}
