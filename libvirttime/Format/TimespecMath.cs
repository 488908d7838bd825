namespace VirtTime.Format;

/// <summary>Exact arithmetic on <see cref="timespec"/>. Saturates at the limits of 64-bit seconds; never throws.</summary>
/// <remarks>Compiled into the library, the launcher and the tests, so it uses nothing but integers.</remarks>
public static class TimespecMath
{
    public const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>
    /// The limit of offsets and deadlines: ±2^61 s. The kernel treats a deadline past 9223372036 s as "never". The distance to
    /// <see cref="long.MaxValue"/> lets a tool that moves a deadline add any offset or difference without overflow.
    /// </summary>
    public const long FarthestSeconds = 1L << 61;

    /// <summary>Whether the nanoseconds of <paramref name="value"/> are in range; the seconds may have any sign.</summary>
    public static bool HasValidNanoseconds(timespec value) => (ulong)value.tv_nsec < (ulong)NanosecondsPerSecond;

    /// <summary>Whether the kernel accepts a deadline (<c>timespec64_valid</c>): not negative, nanoseconds in range.</summary>
    public static bool IsValidDeadline(timespec value) => value.tv_sec >= 0 && HasValidNanoseconds(value);

    /// <summary><paramref name="left"/> + <paramref name="right"/>, both with valid nanoseconds.</summary>
    public static timespec Add(timespec left, timespec right)
    {
        timespec sum;
        sum.tv_sec = AddSaturating(left.tv_sec, right.tv_sec);
        sum.tv_nsec = left.tv_nsec + right.tv_nsec;
        if (sum.tv_nsec >= NanosecondsPerSecond)
        {
            sum.tv_nsec -= NanosecondsPerSecond;
            sum.tv_sec = AddSaturating(sum.tv_sec, 1);
        }

        return sum;
    }

    /// <summary><paramref name="left"/> − <paramref name="right"/>, both with valid nanoseconds.</summary>
    public static timespec Subtract(timespec left, timespec right)
    {
        timespec difference;
        difference.tv_sec = SubtractSaturating(left.tv_sec, right.tv_sec);
        difference.tv_nsec = left.tv_nsec - right.tv_nsec;
        if (difference.tv_nsec < 0)
        {
            difference.tv_nsec += NanosecondsPerSecond;
            difference.tv_sec = SubtractSaturating(difference.tv_sec, 1);
        }

        return difference;
    }

    /// <summary>
    /// Converts a valid virtual deadline to a host deadline. At or below zero the result is 1 ns, since <c>{0, 0}</c> would disarm a timer and mark a
    /// slot as idle. Past <see cref="FarthestSeconds"/> the result is that limit.
    /// </summary>
    public static timespec ToHostDeadline(timespec virtualDeadline, timespec offset)
    {
        timespec host = Add(virtualDeadline, offset);
        if (host.tv_sec < 0 || (host.tv_sec | host.tv_nsec) == 0)
        {
            host.tv_sec = 0;
            host.tv_nsec = 1;
        }
        else if (host.tv_sec > FarthestSeconds)
        {
            host.tv_sec = FarthestSeconds;
        }

        return host;
    }

    public static bool AreEqual(timespec left, timespec right) => left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;

    private static long AddSaturating(long left, long right)
    {
        long sum = unchecked(left + right);
        bool overflowed = ((left ^ sum) & (right ^ sum)) < 0;
        return !overflowed ? sum : left < 0 ? long.MinValue : long.MaxValue;
    }

    private static long SubtractSaturating(long left, long right)
    {
        long difference = unchecked(left - right);
        bool overflowed = ((left ^ right) & (left ^ difference)) < 0;
        return !overflowed ? difference : left < 0 ? long.MinValue : long.MaxValue;
    }
}
