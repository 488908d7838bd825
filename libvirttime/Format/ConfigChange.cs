using System.Runtime.CompilerServices;
using System.Threading;

namespace VirtTime.Format;

/// <summary>
/// A change of the offsets, written down before it is made, so that whoever finds its writer dead can complete it: no offset half written, no
/// deadline moved twice or not at all.
/// </summary>
/// <remarks>
/// Part of the extension block; in memory of the writer's own for a file without one. Only who holds the file's lock (<c>flock</c>) touches
/// it. Each step can be done again: offsets are stored as they shall be, and of the slot that is being moved both values are known.
/// Compiled into the interposer and the launcher.
/// </remarks>
public unsafe struct ConfigChange
{
    /// <summary>The odd sequence that the rest belongs to; with another one it means nothing.</summary>
    public ulong sequence;

    /// <summary>
    /// Low half: 1 + the number of the slot that is being moved, 0 = none yet; all before it have been. High half: a count, whose lowest
    /// bit tells which <see cref="moves"/> is that slot's, so that the next one's is written down elsewhere.
    /// </summary>
    public ulong slot;

    /// <summary>Two times what a slot held and what it is to hold: seconds, nanoseconds, seconds, nanoseconds.</summary>
    public fixed long moves[8];

    /// <summary>What the flags of the block become, but for those that others set at any time.</summary>
    public ulong flags;

    /// <summary>What <c>ts_offset</c> and the offsets in the block become.</summary>
    public timespec offset;

    public timespec boottime_offset;
    public timespec realtime_offset;

    /// <summary>What is added to the deadlines on each family's clocks.</summary>
    public timespec monotonic_difference;

    public timespec boottime_difference;
    public timespec realtime_difference;

    public fixed byte boot_id[16];

    /// <summary>
    /// Not 0 if the realtime family's deadlines are converted from <see cref="old_realtime"/> to <see cref="NewRealtime"/>, since one of them has a rate. 0 if
    /// <see cref="realtime_difference"/> is added.
    /// </summary>
    public ulong converts_realtime;

    /// <summary>The realtime family before the change.</summary>
    public ClockLine old_realtime;

    /// <summary>What the rate and its reference become. The offset is <see cref="realtime_offset"/>.</summary>
    public ulong rate;

    public timespec reference;

    /// <summary>The host's <c>CLOCK_REALTIME</c> at the change.</summary>
    public timespec moment;

    /// <summary>The host's <c>CLOCK_TAI</c> − <c>CLOCK_REALTIME</c>, in seconds.</summary>
    public long leap;

    /// <summary>Bytes in a change.</summary>
    public const int Length = 296;

    /// <summary>The realtime family after the change.</summary>
    public readonly ClockLine NewRealtime
    {
        get
        {
            ClockLine line;
            line.offset = realtime_offset;
            line.reference = reference;
            line.rate = rate;
            return line;
        }
    }

    /// <summary>Whether a writer died between <see cref="Begin"/> and <see cref="Finish"/>. The file must be locked.</summary>
    public static bool IsUnfinished(ConfigExtension* extension) => (Volatile.Read(ref extension->sequence) & 1) != 0;

    /// <summary>Makes the sequence odd: readers wait from here on.</summary>
    /// <param name="extension">A block whose sequence is even.</param>
    /// <param name="change">What is wanted; its sequence and slot are filled in here.</param>
    public static void Begin(ConfigExtension* extension, in ConfigChange change)
    {
        ulong odd = ((Volatile.Read(ref extension->sequence) + 1) & ConfigExtension.CountBits) | 1 | RateBitOf((uint)change.flags);
        Volatile.Write(ref extension->change.sequence, 0);
        Interlocked.MemoryBarrier();

        // Word by word, since the interposer has nothing that copies more at once.
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

    /// <summary>Stores the offsets of the change.</summary>
    /// <param name="offset"><c>ts_offset</c> of the file.</param>
    /// <param name="extension">Its extension block.</param>
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
            extension->realtime_rate.rate = change->rate;
            Store(&extension->realtime_rate.reference, change->reference);
        }

        extension->version = ConfigExtension.VersionFor((uint)change->flags);
        ReplaceFlags(extension, (uint)change->flags);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Moves the deadlines in slots, but for those that have been moved already.</summary>
    /// <param name="change">The change; not necessarily in a file.</param>
    /// <param name="layout">Where the file is mapped from its start.</param>
    /// <param name="hasMarks">Whether it is long enough to have <c>per_thread_clock</c>.</param>
    /// <param name="first">The number of the first slot.</param>
    /// <param name="end">One more than the last one's.</param>
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

    /// <summary>Completes the slot that a dead writer was about to move.</summary>
    /// <remarks>It stores the seconds first. A slot that holds something else was used again by its thread.</remarks>
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

    /// <summary>Sets the flags, keeping those that others set at any time.</summary>
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

        // CLOCK_TAI is ahead of CLOCK_REALTIME by the same on the host and in the virtual clocks, so its lines begin later by that.
        ClockLine old = change->old_realtime;
        ClockLine line = change->NewRealtime;
        timespec now = change->moment;
        long leap = clock == Time.CLOCK_TAI ? change->leap : 0;
        old.reference.tv_sec += leap;
        line.reference.tv_sec += leap;
        now.tv_sec += leap;
        return ClockLine.Move(old, line, now, deadline);
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
