using System.Numerics;
using VirtTime.Format;

namespace VirtTime.Tests.Unit;

/// <summary>The arithmetic of a clock with a rate, against integers of arbitrary length.</summary>
public class ClockLineTests
{
    private const int Rounds = 200_000;
    private const long PerSecond = TimespecMath.NanosecondsPerSecond;
    private static readonly BigInteger s_farthest = (BigInteger)TimespecMath.FarthestSeconds * PerSecond;
    private static readonly ulong[] s_rates =
        [1, 2, 3, 999, 1UL << 20, ClockLine.HostRate - 1, ClockLine.HostRate, ClockLine.HostRate + 1, 3600 * ClockLine.HostRate, ClockLine.FastestRate - 1, ClockLine.FastestRate];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Reading_is_the_floor_of_the_exact_product(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Rounds; i++)
        {
            ClockLine line = AnyLine(random, withZero: true);
            timespec host = AnyTime(random);
            BigInteger exact = Of(line.reference) - Of(line.offset) + (((Of(host) - Of(line.reference)) * line.rate) >> ClockLine.RateBits);
            AssertEqual(exact, ClockLine.ToVirtual(line, host));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Deadline_is_the_ceiling_of_the_exact_quotient(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Rounds; i++)
        {
            ClockLine line = AnyLine(random, withZero: false);
            timespec time = AnyTime(random);
            BigInteger ahead = (Of(time) - (Of(line.reference) - Of(line.offset))) << ClockLine.RateBits;
            BigInteger exact = Of(line.reference) - Floored(-ahead, line.rate);
            AssertEqual(exact, ClockLine.ToHost(line, time, default));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Clock_reads_its_deadline_when_the_deadline_comes_and_not_a_nanosecond_before(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Rounds; i++)
        {
            ClockLine line = NearLine(random);
            timespec time = ClockLine.ToVirtual(line, Near(random));
            timespec deadline = ClockLine.ToHost(line, time, default);
            Assert.True(Of(ClockLine.ToVirtual(line, deadline)) >= Of(time));
            Assert.True(Of(ClockLine.ToVirtual(line, To(Of(deadline) - 1))) < Of(time));
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void Deadline_is_never_earlier_after_a_change_of_rate_and_late_by_a_step_at_most(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Rounds; i++)
        {
            ClockLine old = NearLine(random);
            timespec moment = Near(random);
            timespec time = To(Of(ClockLine.ToVirtual(old, moment)) + random.NextInt64(1, 1000 * PerSecond));
            ClockLine line = new() { reference = moment, rate = NearRate(random) };
            line.offset = TimespecMath.Subtract(moment, ClockLine.ToVirtual(old, moment));
            timespec before = ClockLine.ToHost(old, time, moment);
            timespec after = ClockLine.Move(old, line, moment, before);
            BigInteger reached = Of(ClockLine.ToVirtual(line, after)) - Of(time);
            BigInteger step = 1 + BigInteger.Max(Steps(old.rate), 1) + BigInteger.Max(Steps(line.rate), 1);
            Assert.True(reached >= 0 && reached <= step, $"{reached} of {step}, rates {old.rate} {line.rate}");
        }
    }

    [Fact]
    public void Clock_that_stands_still_reads_the_same_and_counts_what_is_left_by_the_hosts()
    {
        ClockLine line = new() { offset = To(-5 * PerSecond), reference = To(100 * PerSecond), rate = 0 };
        Assert.Equal(105, ClockLine.ToVirtual(line, To(999 * PerSecond)).tv_sec);
        Assert.Equal(1007, ClockLine.ToHost(line, To(112 * PerSecond), To(1000 * PerSecond)).tv_sec);

        // Seven seconds were left when it stopped, and are left when it goes on.
        ClockLine running = new() { offset = To(-5 * PerSecond), reference = To(90 * PerSecond), rate = ClockLine.HostRate };
        Assert.Equal(107, ClockLine.Move(running, line, To(100 * PerSecond), To(107 * PerSecond)).tv_sec);
        ClockLine again = new() { offset = To(495 * PerSecond), reference = To(600 * PerSecond), rate = 2 * ClockLine.HostRate };
        timespec left = ClockLine.Move(line, again, To(600 * PerSecond), To(607 * PerSecond));
        Assert.Equal((603, PerSecond / 2), (left.tv_sec, left.tv_nsec));
    }

    [Theory]
    [InlineData(8)]
    public void Products_and_quotients_of_128_bits_are_exact(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Rounds; i++)
        {
            ulong left = Bits(random, 64), right = Bits(random, 64), divisor = Math.Max(Bits(random, 63), 1);
            Wide product = Wide.Multiply(left, right);
            Assert.Equal((BigInteger)left * right, Of(product));
            Wide quotient = Wide.Divide(product, divisor, out ulong remainder);
            Assert.Equal(BigInteger.DivRem(Of(product), divisor, out BigInteger rest), Of(quotient));
            Assert.Equal(rest, remainder);
        }
    }

    private static BigInteger Steps(ulong rate) => (rate >> ClockLine.RateBits) + 1;

    private static BigInteger Of(Wide wide) => ((BigInteger)wide.High << 64) + wide.Low;

    private static BigInteger Of(timespec time) => ((BigInteger)time.tv_sec * PerSecond) + time.tv_nsec;

    private static BigInteger Floored(BigInteger left, BigInteger right)
    {
        BigInteger quotient = BigInteger.DivRem(left, right, out BigInteger remainder);
        return remainder < 0 ? quotient - 1 : quotient;
    }

    private static timespec To(BigInteger nanoseconds)
    {
        BigInteger seconds = Floored(nanoseconds, PerSecond);
        return new timespec { tv_sec = (long)seconds, tv_nsec = (long)(nanoseconds - (seconds * PerSecond)) };
    }

    // At its ends the clock keeps the nanoseconds.
    private static void AssertEqual(BigInteger exact, timespec actual)
    {
        if (BigInteger.Abs(exact) < s_farthest)
            Assert.Equal(exact, Of(actual));
        else
            Assert.Equal(exact.Sign * TimespecMath.FarthestSeconds, actual.tv_sec);
        Assert.True(TimespecMath.HasValidNanoseconds(actual));
    }

    private static ulong Bits(Random random, int most)
    {
        int count = random.Next(most + 1);
        return count == 0 ? 0 : (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> (64 - count);
    }

    private static timespec AnyTime(Random random)
    {
        long seconds = (long)Bits(random, 61);
        return new timespec { tv_sec = random.Next(2) == 0 ? seconds : -seconds, tv_nsec = random.NextInt64(PerSecond) };
    }

    private static ClockLine AnyLine(Random random, bool withZero)
    {
        ulong rate = random.Next(4) == 0 ? s_rates[random.Next(s_rates.Length)] : Bits(random, 60);
        return new ClockLine { offset = AnyTime(random), reference = AnyTime(random), rate = rate == 0 && !withZero ? 1 : Math.Min(rate, ClockLine.FastestRate) };
    }

    private static timespec Near(Random random) => new() { tv_sec = random.NextInt64(1_000_000_000, 4_000_000_000), tv_nsec = random.NextInt64(PerSecond) };

    private static ulong NearRate(Random random) => random.Next(2) == 0
        ? (ulong)random.NextInt64(1L << 20, 1000L << ClockLine.RateBits)
        : ClockLine.HostRate + (ulong)random.Next(-1_000_000, 1_000_000);

    private static ClockLine NearLine(Random random) =>
        new() { offset = Near(random), reference = Near(random), rate = NearRate(random) };
}
