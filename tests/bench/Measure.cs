namespace VirtTime.Bench;

/// <summary>Ways that are run in turn, round after round, so that what else the machine does meets all of them alike.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Unit">Of the figures: ns, µs, ms, bytes.</param>
/// <param name="Ways">The first is ours, the others are what it is held against.</param>
internal sealed record Measure(string Name, string Unit, IReadOnlyList<Way> Ways)
{
    /// <summary>Fewer rounds than asked, for what takes long.</summary>
    public int MostRounds { get; init; } = int.MaxValue;

    /// <summary>For ways that one program runs in turn by itself: a sample of each.</summary>
    public Func<double[]>? Together { get; init; }

    /// <summary>What is there while it is measured.</summary>
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

        // Whoever goes first in one round goes last in the next.
        double[] samples = new double[Ways.Count];
        foreach (int way in round % 2 == 0 ? Enumerable.Range(0, Ways.Count) : Enumerable.Range(0, Ways.Count).Reverse())
            samples[way] = Ways[way].Sample();
        return samples;
    }
}

internal sealed record Outcome(string Measure, string Unit, IReadOnlyList<Figures> Ways);

/// <summary>What one way gave over all rounds.</summary>
internal sealed class Figures(string way, double[] figures, double[] ours)
{
    private readonly double[] _ratios = [.. figures.Zip(ours, (figure, our) => our / figure)];

    public string Way => way;

    public double Median => Quantile(figures, 0.5);

    /// <summary>Our figure divided by this one's, taken round by round: the median, and where the middle half of them lies.</summary>
    public double Ratio => Quantile(_ratios, 0.5);

    public double RatioLow => Quantile(_ratios, 0.25);

    public double RatioHigh => Quantile(_ratios, 0.75);

    /// <summary>Our figure less this one's, the median over the rounds.</summary>
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
