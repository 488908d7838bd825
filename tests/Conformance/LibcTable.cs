using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

[assembly: AssemblyFixture(typeof(LibcTable))]

namespace VirtTime.Tests.Conformance;

/// <summary>
/// Counts, by libc and probe, the cases that agree with the time namespace. It is written to <c>artifacts/tests/libcs.txt</c> after all tests.
/// </summary>
public sealed class LibcTable : IDisposable
{
    private static readonly ConcurrentDictionary<(string Libc, string Probe), (int Agreeing, int All)> s_cells = new();

    private static string File { get; } = Path.Combine(Paths.Built, "libcs.txt");

    internal static void Add(string libc, string probe, int agreeing, int all) => s_cells[(libc, probe)] = (agreeing, all);

    public void Dispose()
    {
        if (s_cells.IsEmpty)
            return;
        Directory.CreateDirectory(Paths.Built);
        System.IO.File.WriteAllText(File, Text());
    }

    private static string Text()
    {
        string[] libcs = [.. s_cells.Keys.Select(key => key.Libc).Distinct()];
        string[] probes = [.. s_cells.Keys.Select(key => key.Probe).Distinct().Order(StringComparer.Ordinal)];
        int width = Math.Max(probes.Max(probe => probe.Length), "all".Length);
        libcs = [.. libcs.OrderBy(libc => libc[(libc.LastIndexOf(' ') + 1)..], StringComparer.Ordinal)];
        StringBuilder text = new();
        text.AppendLine("Cases that are under VirtTime as in a time namespace with the same offsets, of how many, by libc:");
        for (int i = 0; i < libcs.Length; i++)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(char)('A' + i)}  {libcs[i]}");
        text.AppendLine(Row("probe", width, libcs.Select((_, i) => $"{(char)('A' + i)}")));
        foreach (string probe in probes)
            text.AppendLine(Row(probe, width, libcs.Select(libc => Cell([s_cells.GetValueOrDefault((libc, probe))]))));
        text.AppendLine(Row("all", width, libcs.Select(libc => Cell(s_cells.Where(cell => cell.Key.Libc == libc).Select(cell => cell.Value)))));
        return text.ToString();
    }

    private static string Row(string head, int width, IEnumerable<string> cells) =>
        $"{head.PadRight(width)}  {string.Concat(cells.Select(cell => cell.PadLeft(12)))}".TrimEnd();

    private static string Cell(IEnumerable<(int Agreeing, int All)> cells)
    {
        (int agreeing, int all) = cells.Aggregate((x, y) => (x.Item1 + y.Item1, x.Item2 + y.Item2));
        return all == 0 ? "-" : $"{agreeing}/{all}";
    }
}
