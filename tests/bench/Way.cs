namespace VirtTime.Bench;

/// <summary>One way to run a program: natively, under the interposer, in a time namespace …</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Sample">Runs it once and returns the figure, in <see cref="Measure.Unit"/>.</param>
internal sealed record Way(string Name, Func<double> Sample)
{
    /// <summary>A way that <see cref="Measure.Together"/> runs together with the others.</summary>
    public Way(string name)
        : this(name, () => throw new BenchException($"{name} is not run alone"))
    {
    }
}
