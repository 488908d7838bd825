using System.Numerics;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Tests.Unit;

/// <summary>RATE as users write it, and the number with 40 bits behind the point that it stands for.</summary>
public class RateValueTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0.000", 0)]
    [InlineData("-1000000ppm", 0)]
    [InlineData("1", 1L << 40)]
    [InlineData("01.0", 1L << 40)]
    [InlineData("+0ppm", 1L << 40)]
    [InlineData("-0ppm", 1L << 40)]
    [InlineData("+1", 1L << 40)]
    [InlineData(".5", 1L << 39)]
    [InlineData("2.", 2L << 40)]
    [InlineData(" 0.5 ", 1L << 39)]
    [InlineData("3600", 3600L << 40)]
    [InlineData("1000000", 1_000_000L << 40)]
    [InlineData("+999999000000 ppm", 1_000_000L << 40)]
    [InlineData("-500000ppm", 1L << 39)]
    [InlineData("1.0005", 1_100_061_383_590)]
    [InlineData("+500ppm", 1_100_061_383_590)]
    [InlineData("+200ppm", 1_099_731_530_102)]
    [InlineData("-50ppm", 1_099_456_652_195)]
    [InlineData("0.000000000001", 1)]
    [InlineData("0.0000000000004547473508864641189575195312500", 1)]
    [InlineData("0.0000000000013642420526593923568725585937499", 1)]
    [InlineData("0.0000000000013642420526593923568725585937500", 2)]
    public void Rate_is_the_nearest_number(string text, long rate) => Assert.Equal((ulong)rate, RateValue.Parse("x", text));

    [Theory]
    [InlineData("", "is not a rate")]
    [InlineData(".", "is not a rate")]
    [InlineData("+", "is not a rate")]
    [InlineData("x2", "is not a rate")]
    [InlineData("2x", "is not a rate")]
    [InlineData("1e3", "is not a rate")]
    [InlineData("1,5", "is not a rate")]
    [InlineData("1.2.3", "is not a rate")]
    [InlineData("--1", "is not a rate")]
    [InlineData("1 000", "is not a rate")]
    [InlineData("200ppm", "is not a rate")]
    [InlineData("+ppm", "is not a rate")]
    [InlineData("50%", "is not a rate")]
    [InlineData("-1", "is negative")]
    [InlineData("-0", "is negative")]
    [InlineData("-1000001ppm", "is below -1000000ppm")]
    [InlineData("-1000000.0000000001ppm", "is below -1000000ppm")]
    [InlineData("-99999999999999999999ppm", "is below -1000000ppm")]
    [InlineData("0.0000000000001", "is too small")]
    [InlineData("0.00000000000045474735088646411895751953124999", "is too small")]
    [InlineData("-999999.99999999999ppm", "is too small")]
    [InlineData("1000001", "is too fast")]
    [InlineData("1000000.00000000000000000001", "is too fast")]
    [InlineData("+999999000000.1ppm", "is too fast")]
    [InlineData("99999999999999999999999999999999999999999", "is too fast")]
    public void Anything_else_is_refused(string text, string reason)
    {
        LauncherException exception = Assert.Throws<LauncherException>(() => RateValue.Parse("realtime-rate", text));
        Assert.StartsWith($"--realtime-rate: \"{text}\" {reason}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Long_numbers_are_exact() =>
        Assert.Equal(ClockLine.HostRate / 3, RateValue.Parse("x", "0." + new string('3', 100_000)));

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("1.0005")]
    [InlineData("1.0002")]
    [InlineData("0.99995")]
    [InlineData("0.000000000001")]
    [InlineData("3600")]
    [InlineData("999999.9")]
    [InlineData("1000000")]
    public void Shown_rate_is_as_short_as_it_was_given(string text) => Assert.Equal(text, RateValue.Format(RateValue.Parse("x", text)));

    [Fact]
    public void Random_numbers_are_read_as_exact_arithmetic_does_and_shown_so_that_they_are_read_again()
    {
        Random random = new(24);
        for (int i = 0; i < 100_000; i++)
        {
            int places = random.Next(25);
            BigInteger scale = BigInteger.Pow(10, places);
            BigInteger whole = random.Next(4) == 0 ? random.Next(1_000_000) : random.Next(3);
            BigInteger digits = new BigInteger(random.NextInt64()) * random.NextInt64() % scale;
            string text = places == 0 ? $"{whole}" : $"{whole}.{digits.ToString().PadLeft(places, '0')}";
            BigInteger expected = (((whole * scale) + digits) * 2 * ClockLine.HostRate + scale) / (2 * scale);
            if (expected == 0 && digits != 0)
                continue;
            ulong rate = RateValue.Parse("x", text);
            Assert.Equal(expected, rate);
            Assert.Equal(rate, RateValue.Parse("x", RateValue.Format(rate)));
            Assert.Equal(rate, RateValue.Parse("x", RateValue.FormatExactly(rate)));
        }
    }
}
