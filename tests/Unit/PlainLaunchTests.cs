using System.Reflection;
using VirtTime.CommandLine;

namespace VirtTime.Tests.Unit;

/// <summary>The launcher parses a plain launch itself, with the same result as CommandLineParser.</summary>
public class PlainLaunchTests
{
    private static readonly string[] s_values = ["12345s", "", " ", "-5s", "--", "--advance", "-c", "=", "a=b", "2030-01-31 12:00", "\u00c3\u00bc", "\u00ff", "'\"\\"];

    private static readonly string[] s_names = [.. OptionTable.Rows.Where(row => row.Group == OptionGroup.Clocks).Select(row => row.Name)];

    [Fact]
    public void Both_readers_read_every_value_alike() => Assert.All(s_names, name =>
    {
        foreach (string value in s_values)
            AssertSame($"--{name}={value}");

        foreach (string value in s_values.Where(value => value != "--"))
            AssertSame($"--{name}", value);
    });

    [Fact]
    public void Both_readers_read_every_set_of_options_alike()
    {
        for (int set = 0; set < 1 << s_names.Length; set++)
        {
            int members = set;
            string[] names = [.. s_names.Where((_, place) => (members >> place & 1) != 0)];
            AssertSame([.. names.Select((name, place) => $"--{name}={s_values[place]}")]);
        }
    }

    [Fact]
    public void Abbreviations_are_read_alike() => AssertSame("--monotonic-a", "5s", "--boottime-a=1", "--adv", "-1s");

    [Theory]
    [InlineData("--monotonic-at=5", "--monotonic-at=5", "--", "true")]
    [InlineData("--monotonic-at=5", "--force", "--", "true")]
    [InlineData("-v", "--", "true")]
    [InlineData("--monotonic-at=5")]
    public void Anything_else_is_left_to_the_parser(params string[] arguments) => Assert.Null(PlainLaunch.TryRead(Scan(arguments)));

    private static void AssertSame(params string[] options)
    {
        ArgumentList list = Scan([.. options, "--", "true"]);
        ClockOptions? plain = PlainLaunch.TryRead(list);
        Assert.NotNull(plain);
        ClockOptions parsed = OptionsParser.Parse<ClockOptions>(list, OptionGroup.Clocks);
        PropertyInfo[] properties = typeof(ClockOptions).GetProperties();
        Assert.Equal(properties.Select(property => property.GetValue(parsed)), properties.Select(property => property.GetValue(plain)));
        Assert.Equal(list.Options.Count, properties.Count(property => property.GetValue(plain) is not null));
    }

    private static ArgumentList Scan(string[] arguments) => ArgumentList.Parse(arguments, _ => null);
}
