using System.Threading;
using VirtTime.Config;
using VirtTime.Format;
using VirtTime.SystemCalls;

namespace VirtTime.Interpose.Timers;

/// <summary>Notes the clock of each POSIX timer, since the kernel cannot be asked for it.</summary>
/// <remarks>
/// Only timers on clocks that may be virtual are noted. The tables grow and are never freed. Entries are claimed by compare-and-swap, so a signal
/// handler may search while its thread makes a note. A forked child inherits notes of timers that it does not have. They do no harm: when it makes a
/// timer with such an id, the note is replaced or removed.
/// </remarks>
internal static unsafe class TimerClocks
{
    private const int FirstTableSize = 64;
    private const int Window = 16;
    private const int NoClock = -1;
    private const long Free = 0;
    private const long Claimed = -1;

    private static FirstTable s_first;

    private struct Entry
    {
        // The timer's id + 1, since 0 is an id; or Free; or Claimed.
        public long Key;
        public long Clock;
    }

    private struct Table
    {
        public nint Next;
        public long Size;
    }

    private struct FirstTable
    {
        public Table Header;
        public fixed long Entries[FirstTableSize * 2];
    }

    /// <summary>Notes the clock of a timer that was just made, and removes the note of an older timer with its id.</summary>
    public static void Note(nint timer, int clock)
    {
        Forget(timer);
        if (!ClockFamilies.IsAny(clock))
            return;
        for (Table* table = First(); table != null; table = NextOrNew(table))
        {
            if (TryNote(table, timer, clock))
                return;
        }
    }

    public static void Forget(nint timer)
    {
        Entry* entry = Find(timer);
        if (entry != null)
            Volatile.Write(ref entry->Key, Free);
    }

    /// <summary>The clock that was noted for a timer; −1 if there is none, because the clock cannot be virtual or there is no such timer.</summary>
    public static int Of(nint timer)
    {
        Entry* entry = Find(timer);
        return entry == null ? NoClock : (int)entry->Clock;
    }

    private static bool TryNote(Table* table, nint timer, int clock)
    {
        for (int i = 0; i < Window; i++)
        {
            Entry* entry = At(table, timer, i);
            if (Interlocked.CompareExchange(ref entry->Key, Claimed, Free) != Free)
                continue;
            entry->Clock = clock;
            Volatile.Write(ref entry->Key, (long)timer + 1);
            return true;
        }

        return false;
    }

    private static Entry* Find(nint timer)
    {
        for (Table* table = First(); table != null; table = (Table*)Volatile.Read(ref table->Next))
        {
            for (int i = 0; i < Window; i++)
            {
                Entry* entry = At(table, timer, i);
                if (Volatile.Read(ref entry->Key) == (long)timer + 1)
                    return entry;
            }
        }

        return null;
    }

    // The kernel's ids are consecutive. libc's ids for SIGEV_THREAD are addresses, whose low bits hardly differ.
    private static Entry* At(Table* table, nint timer, int step)
    {
        long hash = timer ^ (timer >> 5) ^ (timer >> 16);
        return (Entry*)(table + 1) + ((hash + step) & (table->Size - 1));
    }

    private static Table* First()
    {
        fixed (FirstTable* first = &s_first)
        {
            first->Header.Size = FirstTableSize;
            return &first->Header;
        }
    }

    private static Table* NextOrNew(Table* table)
    {
        nint next = Volatile.Read(ref table->Next);
        if (next != 0)
            return (Table*)next;
        long size = table->Size * 8;
        nint bytes = sizeof(Table) + ((nint)size * sizeof(Entry));
        nint made = FileMapping.MapPrivate(bytes);
        if (Kernel.IsError(made))
            return null;
        ((Table*)made)->Size = size;
        long other = Interlocked.CompareExchange(ref *(long*)&table->Next, made, 0);
        if (other == 0)
            return (Table*)made;
        Kernel.Unmap(made, bytes);
        return (Table*)other;
    }
}
