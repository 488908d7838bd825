using System.Runtime.CompilerServices;

namespace VirtTime.Format;

/// <summary>How a virtual clock follows the host's: virtual = (reference − offset) + (host − reference) · rate.</summary>
/// <remarks>
/// The arithmetic is exact, without floating point. A reading is rounded down and a host deadline is rounded up, so a wait never ends before
/// the virtual clock reads its deadline. Both saturate at ±<see cref="TimespecMath.FarthestSeconds"/>. Compiled into the interposer, the
/// launcher and the tests.
/// </remarks>
public struct ClockLine
{
    /// <summary>The bits of a rate behind the point. A step is a millionth of a ppm.</summary>
    public const int RateBits = 40;

    /// <summary>The rate of a clock that runs as fast as the host's.</summary>
    public const ulong HostRate = 1UL << RateBits;

    /// <summary>The fastest rate: a million times as fast as the host's clock.</summary>
    public const ulong FastestRate = 1_000_000 * HostRate;

    private const ulong PerSecond = (ulong)TimespecMath.NanosecondsPerSecond;

    /// <summary>host − virtual when the host's clock reads <see cref="reference"/>.</summary>
    public timespec offset;

    /// <summary>The host's time from which the rate counts.</summary>
    public timespec reference;

    /// <summary>Virtual seconds for each second of the host's clock, with <see cref="RateBits"/> bits behind the point. At 0 the clock stands still.</summary>
    public ulong rate;

    /// <summary>What the virtual clock reads when the host's reads <paramref name="host"/>, rounded down.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static timespec ToVirtual(in ClockLine line, timespec host)
    {
        // Near the host's rate, and for 68 years, the correction needs no 128 bits: most clocks with a rate are read here.
        long since = host.tv_sec - line.reference.tv_sec;
        long extra = (long)(line.rate - HostRate);
        if (since == (int)since && extra == (int)extra)
        {
            const long Bias = 1L << 23;
            long nanosecondsSince = (since * (long)PerSecond) + host.tv_nsec - line.reference.tv_nsec;
            long correction = ((nanosecondsSince >> 32) * extra) + (((uint)nanosecondsSince * extra) >> 32);
            ulong sum = (ulong)((Bias * (long)PerSecond) + host.tv_nsec - line.offset.tv_nsec + (correction >> (RateBits - 32)));
            host.tv_sec += (long)(sum / PerSecond) - Bias - line.offset.tv_sec;
            host.tv_nsec = (long)(sum % PerSecond);
            return Clamp(host);
        }

        // The seconds give whole seconds and a fraction. The fraction and the nanoseconds give the rest, which is never negative.
        timespec passed = TimespecMath.Subtract(host, line.reference);
        Wide seconds = Wide.Multiply(Size(passed.tv_sec), line.rate);
        if (passed.tv_sec < 0)
            seconds = Wide.Negate(seconds);
        Wide rest = Wide.Add(Wide.Multiply(seconds.Low & (HostRate - 1), PerSecond), Wide.Multiply((ulong)passed.tv_nsec, line.rate));
        seconds.Low = (seconds.High << (64 - RateBits)) | (seconds.Low >> RateBits);
        seconds.High = (ulong)((long)seconds.High >> RateBits);
        ulong nanoseconds = (rest.High << (64 - RateBits)) | (rest.Low >> RateBits);

        timespec scaled;
        scaled.tv_sec = Saturate(seconds) + (long)(nanoseconds / PerSecond);
        scaled.tv_nsec = (long)(nanoseconds % PerSecond);
        return Clamp(TimespecMath.Add(VirtualReference(line), scaled));
    }

    /// <summary>The host's time from which on the virtual clock reads at least <paramref name="time"/>.</summary>
    /// <param name="line">At rate 0 the clock never comes to a later time. Then the time that is left counts by the host's clock.</param>
    /// <param name="time">Of the virtual clock.</param>
    /// <param name="now">What the host's clock reads; for rate 0 only.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static timespec ToHost(in ClockLine line, timespec time, timespec now)
    {
        timespec ahead = TimespecMath.Subtract(time, VirtualReference(line));
        if (line.rate == 0)
            return Clamp(TimespecMath.Add(now, ahead));

        // The quotient of the seconds is rounded down, also if they are negative: then the rest is not negative, and is rounded up.
        Wide almost;
        almost.High = 0;
        almost.Low = line.rate - 1;
        ulong size = Size(ahead.tv_sec);
        Wide seconds;
        seconds.High = size >> (64 - RateBits);
        seconds.Low = size << RateBits;
        if (ahead.tv_sec < 0)
            seconds = Wide.Add(seconds, almost);
        seconds = Wide.Divide(seconds, line.rate, out ulong remainder);
        if (ahead.tv_sec < 0)
        {
            seconds = Wide.Negate(seconds);
            remainder = almost.Low - remainder;
        }

        Wide rest = Wide.Add(Wide.Multiply(remainder, PerSecond), Wide.Multiply((ulong)ahead.tv_nsec, HostRate));
        rest = Wide.Divide(Wide.Add(rest, almost), line.rate, out _);
        rest = Wide.Divide(rest, PerSecond, out ulong nanoseconds);

        timespec scaled;
        scaled.tv_sec = Saturate(seconds) + (long)rest.Low;
        scaled.tv_nsec = (long)nanoseconds;
        return Clamp(TimespecMath.Add(line.reference, scaled));
    }

    /// <summary>
    /// What a host deadline becomes when the clock changes from one line to another at the host's time <paramref name="moment"/>: never
    /// earlier on the virtual clock, and later by less than one step of either clock.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static timespec Move(in ClockLine old, in ClockLine line, timespec moment, timespec deadline)
    {
        timespec time = old.rate == 0
            ? TimespecMath.Add(VirtualReference(old), TimespecMath.Subtract(deadline, moment))
            : ToVirtual(old, deadline);
        return TimespecMath.ToHostDeadline(ToHost(line, time, moment), default);
    }

    /// <summary>Whether two lines are the same clock. The reference of a clock at the host's rate does not matter.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool AreEqual(in ClockLine left, in ClockLine right) =>
        left.rate == right.rate
        && TimespecMath.AreEqual(left.offset, right.offset)
        && (left.rate == HostRate || TimespecMath.AreEqual(left.reference, right.reference));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static timespec VirtualReference(in ClockLine line) => TimespecMath.Subtract(line.reference, line.offset);

    private static ulong Size(long value) => value < 0 ? 0 - (ulong)value : (ulong)value;

    // So far that the sum with any reference lies beyond the end, too, and still fits in 64 bits.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Saturate(Wide seconds)
    {
        const long Beyond = 3 * TimespecMath.FarthestSeconds;
        long high = (long)seconds.High;
        long low = (long)seconds.Low;
        if (high != low >> 63)
            return high < 0 ? -Beyond : Beyond;
        if (low > Beyond)
            return Beyond;
        return low < -Beyond ? -Beyond : low;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static timespec Clamp(timespec time)
    {
        if (time.tv_sec > TimespecMath.FarthestSeconds)
            time.tv_sec = TimespecMath.FarthestSeconds;
        if (time.tv_sec < -TimespecMath.FarthestSeconds)
            time.tv_sec = -TimespecMath.FarthestSeconds;
        return time;
    }
}
