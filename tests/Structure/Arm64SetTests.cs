using System.Reflection;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Structure;

/// <summary>tests/arm64.txt says for each test where it runs for arm64, or why it does not.</summary>
public sealed class Arm64SetTests
{
    private static readonly string[][] s_lines =
        [.. File.ReadLines(Path.Combine(Paths.Root, "tests", "arm64.txt")).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t'))];

    private static readonly string[] s_tests =
    [
        .. from type in Assembly.GetExecutingAssembly().GetTypes()
           where !type.IsAbstract
           from method in type.GetMethods()
           where method.GetCustomAttributes<FactAttribute>().Any()
           select $"{type.FullName}.{method.Name}",
    ];

    [Fact]
    public void Each_test_is_run_or_has_a_reason()
    {
        // A line with a further condition covers only some tests of the name.
        string[] names = [.. s_lines.Select(line => line[1]).Where(name => !name.Contains('&', StringComparison.Ordinal))];
        Assert.DoesNotContain(s_tests, test => !names.Any(name => test.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_line_names_tests_that_there_are() =>
        Assert.Empty(s_lines.Where(line => !s_tests.Any(test => test.Contains(line[1].Split('&')[0], StringComparison.Ordinal))).Select(line => line[1]));

    [Fact]
    public void Each_line_is_of_a_kind_and_gives_its_reason() =>
        Assert.Empty(s_lines.Where(line => line is not (["run" or "vdso", _] or ["out", _, { Length: > 20 }])).Select(line => string.Join(' ', line)));
}
