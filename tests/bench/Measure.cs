namespace VirtTime.Bench;

/// <summary>Ways that are run in turn, round after round, so that other load on the machine affects all of them alike.</summary>
/// <param name="Name">The subject of the measurement.</param>
/// <param name="Unit">The unit of the figures: ns, µs, ms, bytes.</param>
/// <param name="Ways">The first is VirtTime's, the others are the references.</param>
internal sealed record Measure(string Name, string Unit, IReadOnlyList<Way> Ways)
{
    /// <summary>An upper limit of the number of rounds, for slow measurements.</summary>
    public int MostRounds { get; init; } = int.MaxValue;

    /// <summary>Returns a sample of each way, if one program runs all ways in turn.</summary>
    public Func<double[]>? Together { get; init; }

    /// <summary>Creates the surroundings in which the measurement runs.</summary>
    public Func<IDisposable>? Surroundings { get; init; }

    public Outcome Take(int rounds)
    {
        using IDisposable? surroundings = Surroundings?.Invoke();
        rounds = Math.Min(rounds, MostRounds);
        double[][] figures = [.. Ways.Select(_ => new double[rounds])];
        Sample(0);
        for (int round = 0; round < rounds; round++)
        {
            double[] samples = Sample(round);
            for (int way = 0; way < Ways.Count; way++)
                figures[way][round] = samples[way];
        }

        return new Outcome(Name, Unit, [.. Ways.Select((way, i) => new Figures(way.Name, figures[i], figures[0]))]);
    }

    private double[] Sample(int round)
    {
        if (Together != null)
            return Together();

        // The order is reversed in every other round.
        double[] samples = new double[Ways.Count];
        foreach (int way in round % 2 == 0 ? Enumerable.Range(0, Ways.Count) : Enumerable.Range(0, Ways.Count).Reverse())
            samples[way] = Ways[way].Sample();
        return samples;
    }
}

internal sealed record Outcome(string Measure, string Unit, IReadOnlyList<Figures> Ways);

/// <summary>The figures of one way over all rounds.</summary>
internal sealed class Figures(string way, double[] figures, double[] ours)
{
    private readonly double[] _ratios = [.. figures.Zip(ours, (figure, our) => our / figure)];

    public string Way => way;

    public double Median => Quantile(figures, 0.5);

    /// <summary>The median of the ratios of VirtTime's figure to this way's, round by round. The next two are the quartiles.</summary>
    public double Ratio => Quantile(_ratios, 0.5);

    public double RatioLow => Quantile(_ratios, 0.25);

    public double RatioHigh => Quantile(_ratios, 0.75);

    /// <summary>The median of the differences between VirtTime's figure and this way's, round by round.</summary>
    public double Difference => Quantile([.. figures.Zip(ours, (figure, our) => our - figure)], 0.5);

    private static double Quantile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (position - below));
    }
}
