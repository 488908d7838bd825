using System.Text.Json;
using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Product;

/// <summary>The benchmark runs. People read its figures; no test asserts a time.</summary>
public class BenchmarkTests
{
    [Fact(Timeout = 2 * Limits.Test)]
    public async Task Quick_run_prints_the_rows_that_it_writes_as_json()
    {
        using TemporaryDirectory directory = new();
        string json = directory.File("bench.json");
        Result result = await (BenchmarkCommand("--quick", "--only", "in", "--json", json) with { Limit = TimeSpan.FromSeconds(200) }).RunAsync();
        result.Succeeded();

        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
        JsonElement[] rows = [.. document.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.Contains(rows, row => row.GetProperty("measure").GetString() == "launching /bin/true");
        Assert.Contains(rows, row => row.GetProperty("measure").GetString() == "changing the clocks, 30000 calls in flight");
        Assert.All(rows, row =>
        {
            // If no files are left over, their number is zero.
            bool mayBeNone = row.GetProperty("way").GetString() == "no file is left over";
            Assert.True(row.GetProperty("median").GetDouble() > 0 || mayBeNone);
            Assert.Contains(result.Lines, line => line.StartsWith($"| {row.GetProperty("measure").GetString()} |", StringComparison.Ordinal));
        });
    }

    [Fact(Timeout = Limits.Test)]
    public async Task Unknown_option_is_answered_by_the_usage()
    {
        Result result = await BenchmarkCommand("--fast").RunAsync();

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("usage: ", result.Error, StringComparison.Ordinal);
    }

    private static Command BenchmarkCommand(params IEnumerable<string> arguments) =>
        Command.Of("dotnet", [Path.Combine(Paths.Root, "tests", "bench", "bin", "Release", "net10.0", "virttime-bench.dll"), .. arguments]);
}
