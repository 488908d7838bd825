using System.Reflection;
using CommandLine;
using VirtTime.CommandLine;

namespace VirtTime.Tests.Unit;

/// <summary>The launcher's table of options, and the classes that its groups are parsed into.</summary>
public class OptionTableTests
{
    // The scanner replaces this option before the arguments are parsed.
    private const string Replaced = OptionNames.SplitString;

    [Theory]
    [InlineData(nameof(OptionGroup.Clocks), typeof(ClockOptions))]
    [InlineData(nameof(OptionGroup.ConfigFile), typeof(ConfigOptions))]
    [InlineData(nameof(OptionGroup.Running), typeof(RunningOptions))]
    [InlineData(nameof(OptionGroup.Output), typeof(OutputOptions))]
    public void Class_of_a_group_has_its_options_and_no_others(string group, Type type)
    {
        IEnumerable<string> expected = OptionTable.Rows
            .Where(row => row.Group.ToString() == group && row.Name != Replaced)
            .Select(row => $"{row.Name}: {(row.TakesValue ? typeof(string) : typeof(bool)).Name}");
        IEnumerable<string> actual = type.GetProperties()
            .Select(property => (property.PropertyType, Attribute: property.GetCustomAttribute<OptionAttribute>()!))
            .Select(property => $"{property.Attribute.LongName}{property.Attribute.ShortName}: {property.PropertyType.Name}");
        Assert.Equal(expected, actual);
        Assert.Equal(typeof(object), type.BaseType);
    }

    [Fact]
    public void Names_and_letters_are_unique_and_every_name_is_a_constant()
    {
        string[] names = [.. OptionTable.Rows.Select(row => row.Name)];
        char[] letters = [.. OptionTable.Rows.Where(row => row.Letter is not null).Select(row => row.Letter!.Value)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(letters.Length, letters.Distinct().Count());
        IEnumerable<string> constants = typeof(OptionNames).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(names.Order(StringComparer.Ordinal), constants.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Rows_refer_to_other_rows() => Assert.All(OptionTable.Rows, row =>
    {
        // Each pair is therefore in the table once, and the message names the option that comes first in the table.
        int place = Array.IndexOf(OptionTable.Rows, row);
        Assert.All(row.Contradicts, other => Assert.InRange(PlaceOf(other), place + 1, OptionTable.Rows.Length));
        Assert.All(row.Company?.Options ?? [], other => Assert.InRange(PlaceOf(other), 0, OptionTable.Rows.Length));
        Assert.True(row.TakesValue || row.Words.Length == 0);
    });

    [Fact]
    public void Help_fits_a_terminal() => Assert.All(HelpText.Text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));

    private static int PlaceOf(string name) => Array.FindIndex(OptionTable.Rows, row => row.Name == name);
}
