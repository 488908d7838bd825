using System.Diagnostics;
using System.Globalization;

namespace VirtTime.Bench;

/// <summary>Whole programs, if they are installed: natively, natively again (the difference is the noise), and shifted.</summary>
internal static class Programs
{
    private const int Rounds = 9;
    private const int Port = 17_380;

    public static IEnumerable<Measure> All(Workplace place)
    {
        if (Workplace.Find("java") is not null && Workplace.Find("javac") is not null)
            yield return Java(place);
        if (Workplace.Find("python3") is { } python)
            yield return Python(place, python);
        if (Workplace.Find("redis-server") is { } redis && Workplace.Find("redis-benchmark") is not null)
            yield return Redis(place, redis);
    }

    private static Measure Java(Workplace place)
    {
        Workplace.Run("javac", "-d", place.Temporary("java"), place.Source("NanoTimeLoop.java"));
        return Compare("Java, nanoTime and park in a loop", place, "java", "-cp", place.Temporary("java"), "NanoTimeLoop");
    }

    private static Measure Python(Workplace place, string python) =>
        Compare("Python, asyncio timer storm", place, python, place.Source("timer_storm.py"));

    private static Measure Compare(string name, Workplace place, params string[] command)
    {
        double Native() => Workplace.Figure(command[0], command[1..]) / 1e6;
        double Shifted() => Workplace.Figure("env", [.. place.Preload, .. command]) / 1e6;
        return new Measure(name, "ms", [new("VirtTime", Shifted), new("native", Native), new("native again", Native)]) { MostRounds = Rounds };
    }

    private static Measure Redis(Workplace place, string server) => new("redis-benchmark SET, per request", "µs",
    [
        new("VirtTime", () => Request(place, server, place.Preload)),
        new("native", () => Request(place, server, [])),
        new("native again", () => Request(place, server, [])),
    ]) { MostRounds = Rounds };

    private static double Request(Workplace place, string server, string[] variables)
    {
        ProcessStartInfo start = new("env", [.. variables, server, "--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--dir", place.Temporary(".")])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start) ?? throw new BenchException($"{server}: cannot be started");
        try
        {
            while (process.StandardOutput.ReadLine() is { } line && !line.Contains("ready to accept", StringComparison.OrdinalIgnoreCase))
            {
            }

            string output = Workplace.Run("redis-benchmark", "-p", $"{Port}", "-t", "set", "-n", $"{place.Scaled(100_000)}", "--csv");
            string perSecond = output.Trim().Split('\n')[^1].Split(',')[1].Trim('"');
            return 1e6 / double.Parse(perSecond, CultureInfo.InvariantCulture);
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
