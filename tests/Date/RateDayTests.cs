using VirtTime.Tests.Harness;

namespace VirtTime.Tests.Date;

/// <summary>Programs in several languages live through a day in 24 seconds.</summary>
public class RateDayTests
{
    [Theory(Timeout = 3 * Limits.Test)]
    [InlineData("python")]
    [InlineData("java")]
    [InlineData("go")]
    public async Task Each_hour_of_the_day_comes(string language)
    {
        Needs.FullRun();
        using TemporaryDirectory directory = new();
        string[] program = await BuildAsync(language, directory);
        Command day = Command.Launcher(["--realtime-at", "2030-01-01T00:30:00Z", "--realtime-rate", "3600", "--", .. program]);
        Result result = (await (day with { Limit = TimeSpan.FromSeconds(120) }).RunAsync()).Succeeded();
        Assert.Equal((24, 0), (result.Number("hours"), result.Number("backwards")));

        // 23.5 hours, and the host's delay at the last one.
        Assert.InRange(result.Duration.TotalSeconds, 23.5, 120);
    }

    private static async Task<string[]> BuildAsync(string language, TemporaryDirectory directory)
    {
        string source = Path.Combine(Paths.Programs, "date");
        if (language == "python")
            return [Needs.Tool("python3"), Path.Combine(source, "a_day.py")];
        if (language == "java")
        {
            string[] compile = ["-d", directory.Path, Path.Combine(source, "ADay.java")];
            (await Command.Compiler(Needs.Tool("javac"), compile).RunAsync()).Succeeded("compiling ADay.java");
            return [Needs.Tool("java"), "-cp", directory.Path, "ADay"];
        }

        string built = directory.File("a_day");
        Command go = Command.Compiler(Needs.Tool("go"), ["build", "-o", built, Path.Combine(source, "a_day.go")]);
        (await go.With("CGO_ENABLED", "1").With("GO111MODULE", "off").RunAsync()).Succeeded("compiling a_day.go");
        return [built];
    }
}
