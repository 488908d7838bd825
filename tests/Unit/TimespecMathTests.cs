using VirtTime.Format;

namespace VirtTime.Tests.Unit;

public class TimespecMathTests
{
    private const long Billion = 1_000_000_000;

    public static TheoryData<long, long, long, long> Pairs()
    {
        long[] seconds = [0, 1, -1, 12345, -12345, int.MaxValue, -86400L * 36500, 1L << 40];
        long[] nanoseconds = [0, 1, 500_000_000, Billion - 1];
        TheoryData<long, long, long, long> pairs = [];
        foreach (long first in seconds)
        {
            foreach (long second in seconds)
                pairs.Add(first, nanoseconds[Math.Abs(second) % 4], second, nanoseconds[Math.Abs(first + second) % 4]);
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Sum_is_exact(long seconds, long nanoseconds, long otherSeconds, long otherNanoseconds)
    {
        timespec sum = TimespecMath.Add(Of(seconds, nanoseconds), Of(otherSeconds, otherNanoseconds));
        Assert.Equal(Total(Of(seconds, nanoseconds)) + Total(Of(otherSeconds, otherNanoseconds)), Total(sum));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Difference_is_exact(long seconds, long nanoseconds, long otherSeconds, long otherNanoseconds)
    {
        timespec difference = TimespecMath.Subtract(Of(seconds, nanoseconds), Of(otherSeconds, otherNanoseconds));
        Assert.Equal(Total(Of(seconds, nanoseconds)) - Total(Of(otherSeconds, otherNanoseconds)), Total(difference));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Results_have_valid_nanoseconds(long seconds, long nanoseconds, long otherSeconds, long otherNanoseconds)
    {
        timespec left = Of(seconds, nanoseconds);
        timespec right = Of(otherSeconds, otherNanoseconds);
        Assert.True(TimespecMath.HasValidNanoseconds(TimespecMath.Add(left, right)));
        Assert.True(TimespecMath.HasValidNanoseconds(TimespecMath.Subtract(left, right)));
    }

    [Fact]
    public void Minus_one_and_a_half_seconds_counts_its_nanoseconds_upwards() =>
        AssertEqual(Of(-2, 500_000_000), TimespecMath.Subtract(Of(0, 0), Of(1, 500_000_000)));

    [Theory]
    [InlineData(long.MaxValue, 1, long.MaxValue)]
    [InlineData(long.MinValue, -1, long.MinValue)]
    public void Sum_saturates(long seconds, long otherSeconds, long expected) =>
        Assert.Equal(expected, TimespecMath.Add(Of(seconds, 0), Of(otherSeconds, 0)).tv_sec);

    [Theory]
    [InlineData(long.MaxValue, -1, long.MaxValue)]
    [InlineData(long.MinValue, 1, long.MinValue)]
    [InlineData(0, long.MinValue, long.MaxValue)]
    public void Difference_saturates(long seconds, long otherSeconds, long expected) =>
        Assert.Equal(expected, TimespecMath.Subtract(Of(seconds, 0), Of(otherSeconds, 0)).tv_sec);

    [Fact]
    public void Carry_of_the_nanoseconds_saturates_too() =>
        Assert.Equal(long.MaxValue, TimespecMath.Add(Of(long.MaxValue, Billion - 1), Of(0, 1)).tv_sec);

    [Theory]
    [InlineData(0, true)]
    [InlineData(Billion - 1, true)]
    [InlineData(Billion, false)]
    [InlineData(-1, false)]
    [InlineData(long.MinValue, false)]
    public void Nanoseconds_are_valid_below_a_second(long nanoseconds, bool expected) =>
        Assert.Equal(expected, TimespecMath.HasValidNanoseconds(Of(0, nanoseconds)));

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(-1, Billion - 1, false)]
    [InlineData(long.MaxValue, 0, true)]
    [InlineData(1, Billion, false)]
    public void Deadline_is_valid_as_the_kernel_has_it(long seconds, long nanoseconds, bool expected) =>
        Assert.Equal(expected, TimespecMath.IsValidDeadline(Of(seconds, nanoseconds)));

    [Fact]
    public void Host_deadline_is_virtual_plus_offset() =>
        AssertEqual(Of(5, 400_000_000), TimespecMath.ToHostDeadline(Of(7, 700_000_000), Of(-3, 700_000_000)));

    [Theory]
    [InlineData(5, -5)]
    [InlineData(5, -6)]
    [InlineData(0, long.MinValue)]
    public void Deadline_at_or_below_zero_on_the_host_becomes_the_earliest_that_disarms_nothing(long seconds, long offset) =>
        AssertEqual(Of(0, 1), TimespecMath.ToHostDeadline(Of(seconds, 0), Of(offset, 0)));

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue, -1000)]
    [InlineData(1, long.MaxValue)]
    public void Far_deadline_stays_far_and_leaves_room_to_adjust(long seconds, long offset)
    {
        timespec host = TimespecMath.ToHostDeadline(Of(seconds, 0), Of(offset, 0));
        Assert.InRange(host.tv_sec, 9_223_372_037, long.MaxValue / 2);
    }

    private static timespec Of(long seconds, long nanoseconds) => new() { tv_sec = seconds, tv_nsec = nanoseconds };

    private static Int128 Total(timespec value) => ((Int128)value.tv_sec * Billion) + value.tv_nsec;

    private static void AssertEqual(timespec expected, timespec actual) =>
        Assert.Equal((expected.tv_sec, expected.tv_nsec), (actual.tv_sec, actual.tv_nsec));
}
