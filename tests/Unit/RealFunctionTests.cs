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

        // A value that two names have, of which one only marks where a group begins, is told by either.
        Assert.Equal((int)RealFunction.Count, names.Length - 1);
        Assert.All(names.SkipLast(1).Select((name, i) => (name, i)), entry => Assert.Equal((RealFunction)entry.i, Enum.Parse<RealFunction>(entry.name)));
        Assert.Equal((int)RealFunction.Count, values.Distinct().Count());
    }

    // What dlsym asks for by name has to be among them.
    [Fact]
    public void Every_exported_function_is_among_them()
    {
        string[] names = Encoding.ASCII.GetString(RealFunctionNames.All).Split('\0');
        Assert.Subset(names.ToHashSet(), Conformance.VirtualisedNames.Exported().ToHashSet());
    }
}
