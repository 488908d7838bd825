using System.Text;
using VirtTime.RealFunctions;

namespace VirtTime.Tests.Unit;

public class RealFunctionTests
{
    [Fact]
    public void Names_are_those_of_the_enumeration_in_its_order()
    {
        string[] names = Encoding.ASCII.GetString(RealFunctionNames.All).Split('\0');
        string[] values = [.. Enumerable.Range(0, (int)RealFunction.Count).Select(value => ((RealFunction)value).ToString())];

        // Some values have a second name that only marks the start of a group. ToString may return either name.
        Assert.Equal((int)RealFunction.Count, names.Length - 1);
        Assert.All(names.SkipLast(1).Select((name, i) => (name, i)), entry => Assert.Equal((RealFunction)entry.i, Enum.Parse<RealFunction>(entry.name)));
        Assert.Equal((int)RealFunction.Count, values.Distinct().Count());
    }

    // dlsym looks these names up, so each of them must be there.
    [Fact]
    public void Every_exported_function_is_among_them()
    {
        string[] names = Encoding.ASCII.GetString(RealFunctionNames.All).Split('\0');
        Assert.Subset(names.ToHashSet(), Conformance.VirtualisedNames.Exported().ToHashSet());
    }
}
