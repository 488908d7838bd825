using System.Runtime.CompilerServices;
using System.Threading;

namespace VirtTime.Format;

/// <summary>A change of the offsets, recorded before it is made, so that another process can complete it if the writer dies.</summary>
/// <remarks>
/// Part of the extension block; for a file without one, in the writer's own memory. Only the holder of the file's lock (<c>flock</c>) accesses it.
/// Each step can be repeated: the record holds the final offsets, and both the old and the new value of the slot that is being moved. So no offset
/// stays half written, and no deadline is moved twice or not at all. Compiled into the library and the launcher.
/// </remarks>
public unsafe struct ConfigChange
{
    /// <summary>The odd sequence that this record belongs to. If the file has another one, the record is meaningless.</summary>
    public ulong sequence;

    /// <summary>
    /// Low 32 bits: 0 = no slot yet, else the number of the slot that is being moved + 1; all slots before it are done. High 32 bits: a counter; its
    /// lowest bit says which of the two pairs in <see cref="moves"/> belongs to that slot.
    /// </summary>
    public ulong slot;

    /// <summary>Two pairs of times, used in turn. Each pair is a slot's old and new value: seconds, nanoseconds, seconds, nanoseconds.</summary>
    public fixed long moves[8];

    /// <summary>The new flags, except those that other processes may set at any time (<see cref="ReplaceFlags"/>).</summary>
    public ulong flags;

    /// <summary>The new <c>ts_offset</c>; below, the new offsets in the block.</summary>
    public timespec offset;

    public timespec boottime_offset;
    public timespec realtime_offset;

    /// <summary>The difference to add to deadlines on the monotonic clocks; below, those for the other families.</summary>
    public timespec monotonic_difference;

    public timespec boottime_difference;
    public timespec realtime_difference;

    public fixed byte boot_id[16];

    /// <summary>
    /// Not 0 if the realtime family's deadlines are converted from <see cref="old_realtime"/> to <see cref="new_realtime"/>, since one of them has a rate. 0 if
    /// <see cref="realtime_difference"/> is added.
    /// </summary>
    public ulong converts_realtime;

    /// <summary>The realtime family before the change.</summary>
    public ClockLine old_realtime;

    /// <summary>The realtime family after the change. Its offset is <see cref="realtime_offset"/> once more.</summary>
    public ClockLine new_realtime;

    /// <summary>The host's <c>CLOCK_REALTIME</c> at the change.</summary>
    public timespec moment;

    /// <summary>The host's <c>CLOCK_TAI</c> − <c>CLOCK_REALTIME</c>, in seconds.</summary>
    public long leap;

    /// <summary>Bytes in a change.</summary>
    public const int Length = 312;

    /// <summary>
    /// Whether the sequence is odd. The caller holds the lock, so a writer has died between <see cref="Begin"/> and <see cref="Finish"/>.
    /// </summary>
    public static bool IsUnfinished(ConfigExtension* extension) => (Volatile.Read(ref extension->sequence) & 1) != 0;

    /// <summary>Records a change and makes the sequence odd; from then on readers wait.</summary>
    /// <param name="extension">A block whose sequence is even, or was made odd by the caller without a record.</param>
    /// <param name="change">The change; its sequence and slot are filled in here.</param>
    public static void Begin(ConfigExtension* extension, in ConfigChange change)
    {
        ulong odd = ((Volatile.Read(ref extension->sequence) + 1) & ConfigExtension.CountBits) | 1 | RateBitOf((uint)change.flags);
        Volatile.Write(ref extension->change.sequence, 0);
        Interlocked.MemoryBarrier();

        // Word by word, since the library has no memcpy.
        fixed (ConfigChange* wanted = &change)
        {
            for (int i = 1; i < sizeof(ConfigChange) / sizeof(long); i++)
                ((long*)&extension->change)[i] = ((long*)wanted)[i];
        }

        extension->change.slot = 0;
        Interlocked.MemoryBarrier();
        Volatile.Write(ref extension->change.sequence, odd);
        Volatile.Write(ref extension->sequence, odd);
        Interlocked.MemoryBarrier();
    }

    public static void StoreOffsets(timespec* offset, ConfigExtension* extension)
    {
        ConfigChange* change = &extension->change;
        Store(offset, change->offset);
        Store(&extension->boottime_offset, change->boottime_offset);
        Store(&extension->realtime_offset, change->realtime_offset);
        for (int i = 0; i < 16; i++)
            extension->boot_id[i] = change->boot_id[i];
        if ((change->flags & ConfigExtension.HasRealtimeRate) != 0)
        {
            extension->realtime_rate.rate = change->new_realtime.rate;
            Store(&extension->realtime_rate.reference, change->new_realtime.reference);
        }

        extension->version = ConfigExtension.VersionFor((uint)change->flags);
        ReplaceFlags(extension, (uint)change->flags);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Moves the deadlines in a range of slots, except those that have been moved already.</summary>
    /// <param name="change">The change; not necessarily in a file.</param>
    /// <param name="layout">The mapping of the file from its start.</param>
    /// <param name="hasMarks">Whether the file is long enough for <c>per_thread_clock</c>.</param>
    /// <param name="first">The number of the first slot.</param>
    /// <param name="end">The number of the last slot + 1.</param>
    public static void MoveSlots(ConfigChange* change, byte* layout, bool hasMarks, int first, int end)
    {
        timespec* slots = SlotsIn(layout);
        byte* marks = layout + ConfigLayout.SlotClocksPosition;
        int done = (int)change->slot;
        for (int i = first > done ? first : done; i < end; i++)
        {
            timespec deadline = slots[i];
            if ((deadline.tv_sec | deadline.tv_nsec) == 0 || !TimespecMath.HasValidNanoseconds(deadline))
                continue;
            timespec moved = Moved(change, SlotMark.ClockOf(hasMarks ? marks[i] : (byte)0), deadline);
            if (!TimespecMath.AreEqual(moved, deadline))
                change->Move(&slots[i], (uint)i + 1, deadline, moved);
        }
    }

    /// <summary>Completes the slot that a dead writer was moving.</summary>
    /// <remarks>
    /// The writer stores the seconds first. So a half-stored slot has the new seconds and the old nanoseconds. A slot with neither that nor the old
    /// value is complete, or its thread has used it again; it is left alone.
    /// </remarks>
    public static void CompleteSlot(ConfigChange* change, byte* layout)
    {
        uint number = (uint)change->slot;
        if (number is 0 or > ConfigLayout.SlotCount)
            return;
        timespec* slot = SlotsIn(layout) + (number - 1);
        timespec* move = MoveOf(change, change->slot >> 32);
        bool isBefore = TimespecMath.AreEqual(*slot, move[0]);
        bool isBetween = slot->tv_sec == move[1].tv_sec && slot->tv_nsec == move[0].tv_nsec;
        if (isBefore || isBetween)
            Store(slot, move[1]);
    }

    /// <summary>Makes the sequence even: the change is in force.</summary>
    public static void Finish(ConfigExtension* extension)
    {
        Interlocked.MemoryBarrier();
        ulong next = ((Volatile.Read(ref extension->sequence) | 1) + 1) & ConfigExtension.CountBits;
        Volatile.Write(ref extension->sequence, next | RateBitOf(Volatile.Read(ref extension->flags)));
    }

    /// <summary>Sets the flags, and keeps those that other processes may set at any time.</summary>
    public static void ReplaceFlags(ConfigExtension* extension, uint flags)
    {
        const uint Others = ConfigExtension.HasUnmovableCalls | ConfigExtension.HasUncountedUsers;
        ref int place = ref *(int*)&extension->flags;
        uint old;
        do
        {
            old = Volatile.Read(ref extension->flags);
        }
        while (Interlocked.CompareExchange(ref place, (int)((flags & ~Others) | (old & Others)), (int)old) != (int)old);
    }

    /// <summary>What the change makes of a host deadline.</summary>
    /// <param name="change">The change.</param>
    /// <param name="clock">The clock of the deadline.</param>
    /// <param name="deadline">Valid and not zero.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static timespec Moved(ConfigChange* change, int clock, timespec deadline)
    {
        if (!ClockFamilies.IsRealtime(clock) || change->converts_realtime == 0)
        {
            timespec difference = change->DifferenceOf(clock);
            return (difference.tv_sec | difference.tv_nsec) != 0 ? TimespecMath.ToHostDeadline(deadline, difference) : deadline;
        }

        // CLOCK_TAI is ahead of CLOCK_REALTIME by the same on the host and in the virtual clocks.
        long leap = clock == Time.CLOCK_TAI ? change->leap : 0;
        deadline.tv_sec -= leap;
        deadline = ClockLine.Move(change->old_realtime, change->new_realtime, change->moment, deadline);
        deadline.tv_sec += leap;
        return deadline;
    }

    private static ulong RateBitOf(uint flags) => (flags & ConfigExtension.HasRealtimeRate) != 0 ? ConfigExtension.RateBit : 0;

    private void Move(timespec* place, uint number, timespec before, timespec after)
    {
        fixed (ConfigChange* change = &this)
        {
            ulong count = (slot >> 32) + 1;
            timespec* move = MoveOf(change, count);
            Store(move, before);
            Store(move + 1, after);
            Volatile.Write(ref slot, (count << 32) | number);
        }

        Interlocked.MemoryBarrier();
        Store(place, after);
    }

    private static timespec* MoveOf(ConfigChange* change, ulong count) => (timespec*)change->moves + (2 * (count & 1));

    private static timespec* SlotsIn(byte* layout) => (timespec*)(layout + ConfigLayout.SlotsPosition);

    private readonly timespec DifferenceOf(int clock) => ClockFamilies.Of(clock) switch
    {
        ClockFamily.Boottime => boottime_difference,
        ClockFamily.Realtime => realtime_difference,
        _ => monotonic_difference,
    };

    private static void Store(timespec* place, timespec value)
    {
        Volatile.Write(ref place->tv_sec, value.tv_sec);
        Volatile.Write(ref place->tv_nsec, value.tv_nsec);
    }
}
