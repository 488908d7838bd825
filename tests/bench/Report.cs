using System.Globalization;
using System.Text.Json;

namespace VirtTime.Bench;

/// <summary>The results as a table and as JSON.</summary>
internal sealed class Report(string machine)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };
    private readonly List<Outcome> _outcomes = [];

    public void Add(Outcome outcome) => _outcomes.Add(outcome);

    public void Print(TextWriter to)
    {
        to.WriteLine(machine);
        to.WriteLine();
        to.WriteLine("| measure | VirtTime | against | theirs | ratio | middle half | difference |");
        to.WriteLine("| --- | ---: | --- | ---: | ---: | --- | ---: |");
        foreach (Outcome outcome in _outcomes)
        {
            foreach (Figures theirs in outcome.Ways.Skip(1).DefaultIfEmpty(outcome.Ways[0]))
                to.WriteLine(Row(outcome, theirs));
        }
    }

    public void WriteJson(string path)
    {
        var rows = _outcomes.SelectMany(outcome => outcome.Ways.Select((figures, i) => new
        {
            measure = outcome.Measure,
            unit = outcome.Unit,
            way = figures.Way,
            median = figures.Median,
            ratio = i == 0 ? null : Finite(figures.Ratio),
            ratio_low = i == 0 ? null : Finite(figures.RatioLow),
            ratio_high = i == 0 ? null : Finite(figures.RatioHigh),
            difference = i == 0 ? (double?)null : figures.Difference,
        }));
        File.WriteAllText(path, JsonSerializer.Serialize(new { machine, rows }, s_indented) + "\n");
    }

    private static string Row(Outcome outcome, Figures theirs)
    {
        Figures ours = outcome.Ways[0];
        string start = $"| {outcome.Measure} | {Number(ours.Median)} {outcome.Unit} |";
        return ReferenceEquals(ours, theirs)
            ? start + " | | | | |"
            : $"{start} {theirs.Way} | {Number(theirs.Median)} {outcome.Unit} | {Number(theirs.Ratio)} |"
            + $" {Number(theirs.RatioLow)} to {Number(theirs.RatioHigh)} | {Number(theirs.Difference)} {outcome.Unit} |";
    }

    // A ratio to zero does not exist.
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Number(double value) => !double.IsFinite(value) ? "" :
        Math.Abs(value) >= 1000 ? value.ToString("F0", CultureInfo.InvariantCulture) : value.ToString("0.###", CultureInfo.InvariantCulture);
}
