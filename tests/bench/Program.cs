using VirtTime.Bench;

const string Usage = "usage: scripts/bench.sh [--quick] [--json FILE] [--only WORD]";

bool isQuick = false;
string? json = null;
string only = "";
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--quick")
        isQuick = true;
    else if (args[i] == "--json" && i + 1 < args.Length)
        json = args[++i];
    else if (args[i] == "--only" && i + 1 < args.Length)
        only = args[++i];
    else
        return Fail(Usage, 2);
}

try
{
    using Workplace place = new(isQuick);
    Report report = new(place.Machine);
    Measure[] measures = [.. Measures.All(place).Where(measure => measure.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
    for (int i = 0; i < measures.Length; i++)
    {
        Console.Error.WriteLine($"bench: {i + 1} of {measures.Length}: {measures[i].Name}");
        report.Add(measures[i].Take(place.Rounds));
    }

    report.Print(Console.Out);
    if (json != null)
        report.WriteJson(json);
    return 0;
}
catch (BenchException e)
{
    return Fail("bench: " + e.Message, 1);
}

static int Fail(string message, int status)
{
    Console.Error.WriteLine(message);
    return status;
}
