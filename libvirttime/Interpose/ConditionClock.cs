using System.Threading;
using VirtTime.Libc;

namespace VirtTime.Interpose;

/// <summary>
/// Which clock a condition variable waits on. libc keeps that in the variable (<c>pthread_condattr_setclock</c>), at a
/// place that differs between libcs and versions, so the place is found: two condition variables are made in zeroed memory,
/// one for each clock, and compared.
/// </summary>
internal static unsafe class ConditionClock
{
    private const int ConditionSize = 48;

    // Larger than any libc's pthread_condattr_t, which is 4 bytes.
    private const int AttributeSize = 16;

    // 0 until probed; then the place as byte * 256 + mask, or NotFound.
    private static long s_place;
    private const long NotFound = -1;

    private struct Condition
    {
        public fixed byte Bytes[ConditionSize];
    }

    /// <summary><c>CLOCK_MONOTONIC</c> or <c>CLOCK_REALTIME</c>.</summary>
    public static int Of(void* condition)
    {
        long place = Volatile.Read(ref s_place);
        if (place == 0)
            place = Probe();
        return place != NotFound && (((byte*)condition)[place >> 8] & (byte)place) != 0 ? Time.CLOCK_MONOTONIC : Time.CLOCK_REALTIME;
    }

    private static long Probe()
    {
        Condition realtime = default;
        Condition monotonic = default;
        Make(&realtime, Time.CLOCK_REALTIME);
        Make(&monotonic, Time.CLOCK_MONOTONIC);
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

    private static void Make(Condition* condition, int clock)
    {
        long* attribute = stackalloc long[AttributeSize / sizeof(long)];
        if (Real.Find(RealFunction.pthread_condattr_init) == 0
            || Real.Find(RealFunction.pthread_condattr_setclock) == 0
            || Real.Find(RealFunction.pthread_cond_init) == 0)
            return;
        Real.Call(RealFunction.pthread_condattr_init, (nint)attribute);
        Real.Call(RealFunction.pthread_condattr_setclock, (nint)attribute, clock);
        Real.Call(RealFunction.pthread_cond_init, (nint)condition, (nint)attribute);
    }
}
