using System.Threading;
using VirtTime.Format;
using VirtTime.RealFunctions;

namespace VirtTime.Interpose.Waits;

/// <summary>Tells which clock a condition variable waits on.</summary>
/// <remarks>
/// libc stores the clock inside the variable (<c>pthread_condattr_setclock</c>). The place differs between libcs and versions. To find it, this class
/// makes two condition variables in zeroed memory, one for each clock, and compares their bytes.
/// </remarks>
internal static unsafe class ConditionClock
{
    private const int ConditionSize = 48;

    // Enough for every libc: pthread_condattr_t has 4 bytes in glibc and in musl.
    private const int AttributeSize = 16;

    // 0 while the place is unknown, because it was not looked for yet or libc's functions for it are not loaded yet. Then index of the byte * 256 +
    // mask, or NotFound.
    private static long s_place;
    private const long NotFound = -1;

    private struct Condition
    {
        public fixed byte Bytes[ConditionSize];
    }

    /// <summary>Finds the place now, if libc's functions for it are loaded.</summary>
    public static void Prepare() => Place();

    /// <summary>Returns <c>CLOCK_MONOTONIC</c> or <c>CLOCK_REALTIME</c>; the latter also if the place is unknown.</summary>
    public static int Of(void* condition)
    {
        long place = Place();
        return place > 0 && (((byte*)condition)[place >> 8] & (byte)place) != 0 ? Time.CLOCK_MONOTONIC : Time.CLOCK_REALTIME;
    }

    private static long Place()
    {
        long place = Volatile.Read(ref s_place);
        return place != 0 ? place : Probe();
    }

    private static long Probe()
    {
        Condition realtime = default;
        Condition monotonic = default;

        // Before glibc 2.34 these functions may be in a library that the program loads later.
        if (!TryMake(&realtime, Time.CLOCK_REALTIME) || !TryMake(&monotonic, Time.CLOCK_MONOTONIC))
            return 0;
        long place = NotFound;
        for (int i = 0; i < ConditionSize && place == NotFound; i++)
        {
            int difference = realtime.Bytes[i] ^ monotonic.Bytes[i];
            if (difference != 0)
                place = (i << 8) | difference;
        }

        Volatile.Write(ref s_place, place);
        return place;
    }

    private static bool TryMake(Condition* condition, int clock)
    {
        long* attribute = stackalloc long[AttributeSize / sizeof(long)];
        if (Real.FindNow(RealFunction.pthread_condattr_init) == 0
            || Real.FindNow(RealFunction.pthread_condattr_setclock) == 0
            || Real.FindNow(RealFunction.pthread_cond_init) == 0)
            return false;
        Real.Call(RealFunction.pthread_condattr_init, (nint)attribute);
        Real.Call(RealFunction.pthread_condattr_setclock, (nint)attribute, clock);
        Real.Call(RealFunction.pthread_cond_init, (nint)condition, (nint)attribute);
        return true;
    }
}
