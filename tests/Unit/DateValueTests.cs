using System.Globalization;
using System.Text;
using VirtTime.Base;
using VirtTime.Clocks;
using VirtTime.Format;

namespace VirtTime.Tests.Unit;

/// <summary>The forms of a WHEN, exact to the nanosecond, and rejection of all other text.</summary>
public class DateValueTests
{
    private const long Second = 1_000_000_000;

    /// <summary>A WHEN, and its value in seconds since 1970.</summary>
    public static TheoryData<string, string> Forms() => new()
    {
        { "1970-01-01T00:00:00Z", "0" },
        { "1970-01-01T00:00:00.000000001Z", "0.000000001" },
        { "2038-01-19T03:14:07Z", "2147483647" },
        { "2038-01-19 03:14:08Z", "2147483648" },
        { "2038-01-19t03:14:08z", "2147483648" },
        { "2038-01-19T03:14Z", "2147483640" },
        { "2038-01-19 03:14 UTC", "2147483640" },
        { "2038-01-19T03:14:07.5UTC", "2147483647.5" },
        { "2038-01-19Z", "2147472000" },
        { "2038-01-19 UTC", "2147472000" },
        { "2038-01-19+01:00", "2147468400" },
        { "2038-01-19 04:14:08+01:00", "2147483648" },
        { "2038-01-19 04:14:08 +01:00", "2147483648" },
        { "2038-01-18T21:44:08-05:30", "2147483648" },
        { "2038-01-19T03:14:08-00:00", "2147483648" },
        { "2038-01-20T03:13:08+23:59", "2147483648" },
        { "2038-01-18T03:15:08-23:59", "2147483648" },
        { "2000-02-29T00:00Z", "951782400" },
        { "2016-12-31T23:59:60Z", "1483228800" },
        { "2016-12-31T23:59:60.25Z", "1483228800.25" },
        { "2015-07-01 01:59:60+02:00", "1435708800" },
        { "9999-12-31T23:59:59.999999999Z", "253402300799.999999999" },
        { "9999-12-31T23:59:59-23:59", "253402387139" },
        { "0001-01-01T00:00:00Z", "-62135596800" },
        { "0001-01-01T00:00:00+23:59", "-62135683140" },
        { "1969-12-31T23:59:59.75Z", "-0.25" },
        { "  2038-01-19T03:14:08Z\t", "2147483648" },
        { "2038-01-19T03:14:08.12000000000000Z", "2147483648.12" },
        { "@0", "0" },
        { "@2147483648", "2147483648" },
        { "@+5", "5" },
        { "@-5", "-5" },
        { "@-0.25", "-0.25" },
        { "@0.000000001", "0.000000001" },
        { "@0000000000000000000000000012.5000000000000", "12.5" },
        { "@2305843009213693952", "2305843009213693952" },
        { "@-2305843009213693952.000", "-2305843009213693952" },
        { "@2305843009213693951.999999999", "2305843009213693951.999999999" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Is_exact(string text, string seconds)
    {
        decimal expected = decimal.Parse(seconds, CultureInfo.InvariantCulture);
        Assert.Equal((Int128)(expected * Second), DateValue.Parse("realtime-at", text));
    }

    public static TheoryData<string> None() =>
    [
        "", " ", "@", "@ 5", "@5 .5", "@--5", "@+-5", "@5.", "@.5", "@5s", "@5,5", "@1e5", "@0x10", "@５", "5", "12345s", "+5d", "1y", "now", "today", "tomorrow",
        "last friday", "next week", "12:00", "T12:00", "2038", "2038-01", "2038-13-01", "2038-00-01", "2038-01-00", "2038-01-32", "2038-04-31", "2023-02-29",
        "1900-02-29", "0000-01-01", "-2038-01-01", "+2038-01-01", "02038-01-01", "10000-01-01", "38-01-19", "2038-1-19", "2038-01-9", "2038/01/19", "2038.01.19",
        "20380119", "20380119T031408Z", "2038-W03-2", "2038-019", "19 Jan 2038", "Jan 19 2038", "01/19/2038", "19.01.2038", "2038-01-19T", "2038-01-19TZ",
        "2038-01-19T03", "2038-01-19T03Z", "2038-01-19T03:", "2038-01-19T3:14", "2038-01-19T03:1", "2038-01-19T24:00:00Z", "2038-01-19T03:60Z",
        "2038-01-19T03:14:60Z", "2016-12-30T23:59:60Z", "2016-12-31T23:58:60Z", "2016-12-31T23:59:60+01:00", "2016-12-31T23:59:61Z", "2038-01-19T03:14:Z", "2038-01-19T03:14:8Z", "2038-01-19T03:14:08.Z", "2038-01-19T03:14.5Z",
        "2038-01-19T03:14:08,5Z", "2038-01-19T03:14:08:09Z", "2038-01-19  03:14Z", "2038-01-19_03:14Z", "2038-01-19\t03:14Z", "2038-01-19T 03:14Z",
        "2038-01-19T03:14:08Z5", "2038-01-19T03:14:08ZZ", "2038-01-19T03:14:08utc", "2038-01-19T03:14:08 GMT", "2038-01-19T03:14:08 CET", "2038-01-19T03:14:08+",
        "2038-01-19T03:14:08+1", "2038-01-19T03:14:08+01", "2038-01-19T03:14:08+0100", "2038-01-19T03:14:08+01:0", "2038-01-19T03:14:08+01:000",
        "2038-01-19T03:14:08+24:00", "2038-01-19T03:14:08+01:60", "2038-01-19T03:14:08+-01:00", "2038-01-19T03:14:08--01:00", "2038-01-19T03:14:08\u221201:00",
        "2038-01-19T03:14:08Z[Europe/Berlin]", "2038-01-19T03:14:08+01:00Z", "２０３８-01-19", "2038-01-19T03:14:0８Z", "2038-01-19\0", "2038-01-19T03:14:08Z\n",
        "inf", "NaN", "ü", "--", "-", "@-",
    ];

    [Theory]
    [MemberData(nameof(None))]
    public void Is_refused_with_the_remedy(string text)
    {
        string message = Refused(text);
        Assert.Equal(
            $"--realtime-at: \"{text}\" is not a date; try 2030-01-31T12:00:00Z, or --realtime-at \"$(date -d tomorrow +@%s)\"", message);
    }

    [Theory]
    [InlineData("2038-01-19T03:14:08.0000000001Z", "is finer than a nanosecond")]
    [InlineData("@5.9999999999", "is finer than a nanosecond")]
    [InlineData("@2305843009213693952.000000001", "is too far")]
    [InlineData("@2305843009213693953", "is too far")]
    [InlineData("@-2305843009213693953", "is too far")]
    [InlineData("@9223372036854775808", "is too far")]
    [InlineData("@340282366920938463463374607431768211456", "is too far")]
    public void Is_refused_with_the_reason(string text, string reason) => Assert.Contains(reason, Refused(text), StringComparison.Ordinal);

    // The random dates are the same in each run. .NET's own parser is the reference.
    [Fact]
    public void Every_date_is_what_another_reader_takes_it_for()
    {
        Random random = new(20260401);
        for (int i = 0; i < 20_000; i++)
        {
            DateTime date = new(random.NextInt64(TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay), DateTimeKind.Unspecified);
            TimeSpan zone = TimeSpan.FromMinutes(random.Next(-14 * 60, (14 * 60) + 1));
            DateTimeOffset expected = new(date, zone);
            string text = expected.ToString("yyyy-MM-ddTHH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture);
            Assert.Equal((Int128)(expected - DateTimeOffset.UnixEpoch).Ticks * 100, DateValue.Parse("realtime-at", text));
        }
    }

    [Fact]
    public void Nothing_that_is_typed_does_anything_else_than_be_a_date_or_be_refused()
    {
        Random random = new(20260402);
        string[] starts = [.. Forms().Select(row => row.Data.Item1)];
        const string Characters = "0123456789-:.TtZz+@ \tUTC/ü\0\n\"";
        int dates = 0;
        for (int i = 0; i < 50_000; i++)
        {
            StringBuilder text = new(starts[random.Next(starts.Length)]);
            for (int change = random.Next(4); change >= 0 && text.Length > 0; change--)
            {
                int at = random.Next(text.Length);
                char character = Characters[random.Next(Characters.Length)];
                _ = random.Next(3) switch { 0 => text.Remove(at, 1), 1 => text.Insert(at, character), _ => text.Replace(text[at], character, at, 1) };
            }

            dates += IsDate(text.ToString()) ? 1 : 0;
        }

        Assert.InRange(dates, 1_000, 49_000);
    }

    private static bool IsDate(string text)
    {
        try
        {
            Int128 date = DateValue.Parse("realtime-at", text);
            Assert.InRange(date, -(Int128)TimespecMath.FarthestSeconds * Second, (Int128)TimespecMath.FarthestSeconds * Second);
            return true;
        }
        catch (LauncherException exception)
        {
            Assert.StartsWith($"--realtime-at: \"{text}\" ", exception.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static string Refused(string text) =>
        Assert.Throws<LauncherException>(() => DateValue.Parse("realtime-at", text)).Message;
}
