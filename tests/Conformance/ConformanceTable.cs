using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using VirtTime.Tests.Conformance;
using VirtTime.Tests.Harness;

[assembly: AssemblyFixture(typeof(ConformanceTable))]

namespace VirtTime.Tests.Conformance;

/// <summary>Counts the cases that were compared with the native run, by function, clock and way.</summary>
/// <remarks>
/// The table is written to <c>artifacts/tests/conformance.txt</c> after all tests. A cell is the number of cases that agree, or <c>N/M!</c> if N of M
/// differ.
/// </remarks>
public sealed class ConformanceTable : IDisposable
{
    private static readonly ConcurrentDictionary<(string Subject, string Column), (int All, int Differing)> s_cells = new();

    internal static string File { get; } = Path.Combine(Paths.Built, "conformance.txt");

    internal static void Add(Way way, Shift shift, IEnumerable<string> observed, IEnumerable<string> differing)
    {
        Dictionary<string, int> differences = differing.Select(CaseOf).Distinct().CountBy(SubjectOf).ToDictionary();
        foreach ((string subject, int count) in observed.Select(CaseOf).Distinct().CountBy(SubjectOf))
            s_cells[(subject, Column(way, shift))] = (count, differences.GetValueOrDefault(subject));
    }

    public void Dispose()
    {
        if (s_cells.IsEmpty)
            return;
        Directory.CreateDirectory(Paths.Built);
        System.IO.File.WriteAllText(File, Text());
    }

    private static string Column(Way way, Shift shift) => $"{way} {shift.Name}";

    // A line has the form function/clock/case: what=value
    internal static string CaseOf(string line) => line[..line.IndexOf(": ", StringComparison.Ordinal)];

    private static string SubjectOf(string name) => name[..name.LastIndexOf('/')];

    private static string Text()
    {
        string[] columns = [.. s_cells.Keys.Select(key => key.Column).Distinct().Order(StringComparer.Ordinal)];
        string[] subjects = [.. s_cells.Keys.Select(key => key.Subject).Distinct().Order(StringComparer.Ordinal)];
        int width = subjects.Max(subject => subject.Length);
        StringBuilder text = new();
        text.AppendLine("Cases in which a function on a clock behaves as on the host's own clocks, by way and shift (monotonic first):");
        for (int i = 0; i < columns.Length; i++)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(char)('A' + i)}  {columns[i]}");
        text.AppendLine(Row("function/clock", width, columns.Select((_, i) => $"{(char)('A' + i)}")));
        foreach (string subject in subjects)
            text.AppendLine(Row(subject, width, columns.Select(column => Cell(subject, column))));
        return text.ToString();
    }

    private static string Row(string head, int width, IEnumerable<string> cells) =>
        $"{head.PadRight(width)}  {string.Concat(cells.Select(cell => cell.PadLeft(6)))}".TrimEnd();

    private static string Cell(string subject, string column) =>
        !s_cells.TryGetValue((subject, column), out (int All, int Differing) cell) ? "-"
        : cell.Differing == 0 ? $"{cell.All}"
        : $"{cell.Differing}/{cell.All}!";
}
